//! JSON pointers (RFC 6901) that are known to be well formed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FilterError;

const LONGEST: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Pointer(String);

impl Pointer {
    pub(super) fn find<'v>(&self, payload: Option<&'v Value>) -> Option<&'v Value> {
        payload?.pointer(&self.0)
    }
}

impl TryFrom<String> for Pointer {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        // The empty pointer is the whole payload, which is never a value that one compares.
        let tildes_stand_for_something = text
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with(['0', '1']));
        if text.starts_with('/') && text.len() <= LONGEST && tildes_stand_for_something {
            Ok(Self(text))
        } else {
            Err(FilterError::Pointer)
        }
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}
