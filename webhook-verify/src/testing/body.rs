//! Bodies with the members that a row names.

use alloc::borrow::ToOwned;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::scheme::{Field, IdentityRule, Path, Scheme, TimeFormat};
use crate::time::UnixTime;
use crate::time_format;

pub(super) fn made_up(scheme: &Scheme, id: &str, event_type: &str, at: UnixTime) -> Vec<u8> {
    let mut body = Value::Null;
    if let IdentityRule::Composite(members) = scheme.identity {
        for path in members {
            set(&mut body, path, Value::from("1"));
        }
    }
    if let Some(Field::Json(path)) = scheme.id {
        set(&mut body, path, Value::from(id));
    }
    if let Some(Field::Json(path)) = scheme.event_type {
        set(&mut body, path, Value::from(event_type));
    }
    if let Some(timestamp) = scheme.timestamp
        && let Field::Json(path) = timestamp.field
    {
        let written = time_format::write(at, timestamp.format);
        let number = match timestamp.format {
            TimeFormat::Millis | TimeFormat::Seconds => written.parse::<u64>().ok(),
            TimeFormat::Rfc3339 => None,
        };
        set(
            &mut body,
            path,
            number.map_or_else(|| Value::from(written), Value::from),
        );
    }
    if body.is_null() {
        set(&mut body, &["type"], Value::from(event_type));
    }
    body.to_string().into_bytes()
}

/// Puts a value at that path, making what is not there.
fn set(body: &mut Value, path: Path, value: Value) {
    let mut at = body;
    for name in path {
        at = match *name {
            "*" => {
                if !at.is_array() {
                    *at = Value::Array(alloc::vec![Value::Null]);
                }
                match at.get_mut(0) {
                    Some(first) => first,
                    None => return,
                }
            }
            name => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                match at {
                    Value::Object(members) => members.entry(name.to_owned()).or_insert(Value::Null),
                    _ => return,
                }
            }
        };
    }
    *at = value;
}
