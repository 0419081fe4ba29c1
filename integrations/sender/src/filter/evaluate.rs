//! What a filter says of a payload.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::Node;

impl Node {
    /// Two-valued: each operator is either true or false, whatever the payload is.
    pub(super) fn holds(&self, payload: Option<&Value>) -> bool {
        let order = |pointer: &super::Pointer, value| order(pointer.find(payload)?, value);
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(payload)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(payload)),
            Self::Not(node) => !node.holds(payload),
            Self::Exists(pointer) => pointer.find(payload).is_some(),
            Self::Eq(pointer, value) => pointer.find(payload).is_some_and(|it| same(it, value)),
            Self::Ne(pointer, value) => !pointer.find(payload).is_some_and(|it| same(it, value)),
            Self::In(pointer, values) => pointer
                .find(payload)
                .is_some_and(|it| values.iter().any(|value| same(it, value))),
            Self::Gt(pointer, value) => order(pointer, value).is_some_and(Ordering::is_gt),
            Self::Gte(pointer, value) => order(pointer, value).is_some_and(Ordering::is_ge),
            Self::Lt(pointer, value) => order(pointer, value).is_some_and(Ordering::is_lt),
            Self::Lte(pointer, value) => order(pointer, value).is_some_and(Ordering::is_le),
            Self::Prefix(pointer, text) => pointer
                .find(payload)
                .and_then(Value::as_str)
                .is_some_and(|it| it.starts_with(text)),
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => order(one, other) == Some(Ordering::Equal),
        _ => one == other,
    }
}

fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => numbers(one, other),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// Integers are compared as such: as floating-point numbers, two ids behind 2^53 could be one.
fn numbers(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}
