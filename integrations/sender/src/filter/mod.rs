//! Which payloads an endpoint wants: a small typed expression over members of a JSON payload.

mod error;
mod evaluate;
mod pointer;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::error::FilterError;
use self::pointer::Pointer;

/// The most nodes of one filter, members and combinations together.
const MOST_NODES: usize = 64;
/// The most combinations inside each other.
const DEEPEST: usize = 8;
/// The most values of one `in`.
const MOST_VALUES: usize = 100;
/// The longest text of one value, in bytes.
const LONGEST_TEXT: usize = 1024;

/// Which payloads an endpoint wants.
///
/// A payload is JSON, and its members are named by JSON pointers (RFC 6901). What is compared is the value that stands
/// there; the meaning of a member that is *missing* is fixed for each operator:
///
/// | operator | true when | if the member is missing |
/// |---|---|---|
/// | `eq` | it is that value | false |
/// | `ne` | it is not that value | **true** |
/// | `in` | it is one of the values | false |
/// | `exists` | it is there, `null` included | false |
/// | `gt`, `gte`, `lt`, `lte` | both are numbers, or both are texts, in that order | false |
/// | `prefix` | it is a text that begins so | false |
/// | `all` | every one of them is true; of none, true | |
/// | `any` | at least one of them is true; of none, false | |
/// | `not` | it is false | |
///
/// Nothing else is special: `ne` is exactly `not` of `eq`, absence is `not` of `exists`, and a value of another type is
/// another value. `1`, `1.0` and `1e0` are one number. Texts are compared by their code points. In a payload that is
/// not JSON every member is missing.
///
/// A filter has at most 64 nodes, 8 levels, 100 values in one `in`, and 1,024 bytes in a text; so it costs next to
/// nothing whoever wrote it.
///
/// ```
/// use webhook_sender::{Filter, Member};
///
/// let filter = Filter::all([
///     Member::at("/data/currency")?.eq("EUR")?,
///     Member::at("/data/amount")?.gte(100)?,
///     Filter::not(Member::at("/data/test")?.exists())?,
/// ])?;
/// assert!(filter.matches(br#"{"data":{"currency":"EUR","amount":250}}"#));
/// assert!(!filter.matches(br#"{"data":{"currency":"EUR"}}"#));
///
/// // The same, as customers write it.
/// let written: Filter = serde_json::from_str(r#"{"all":[
///     {"eq":["/data/currency","EUR"]},
///     {"gte":["/data/amount",100]},
///     {"not":{"exists":"/data/test"}}
/// ]}"#)?;
/// assert_eq!(filter, written);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Node", into = "Node")]
pub struct Filter(Node);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Eq(Pointer, Value),
    Exists(Pointer),
    Gt(Pointer, Value),
    Gte(Pointer, Value),
    In(Pointer, Vec<Value>),
    Lt(Pointer, Value),
    Lte(Pointer, Value),
    Ne(Pointer, Value),
    Not(Box<Self>),
    Prefix(Pointer, String),
}

impl Filter {
    /// Every one of them.
    ///
    /// # Errors
    /// [`FilterError`] if the whole is over a limit.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Result<Self, FilterError> {
        Node::All(nodes(filters)).try_into()
    }

    /// At least one of them.
    ///
    /// # Errors
    /// As [`Filter::all`].
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Result<Self, FilterError> {
        Node::Any(nodes(filters)).try_into()
    }

    /// The opposite.
    ///
    /// # Errors
    /// As [`Filter::all`].
    #[allow(clippy::should_implement_trait)] // It can fail, and stands beside `all` and `any`.
    pub fn not(filter: Self) -> Result<Self, FilterError> {
        Node::Not(Box::new(filter.0)).try_into()
    }

    /// Whether it takes that payload.
    #[must_use]
    pub fn matches(&self, payload: &[u8]) -> bool {
        let payload = serde_json::from_slice(payload).ok();
        self.0.holds(payload.as_ref())
    }
}

fn nodes(filters: impl IntoIterator<Item = Filter>) -> Vec<Node> {
    filters.into_iter().map(|filter| filter.0).collect()
}

impl TryFrom<Node> for Filter {
    type Error = FilterError;

    fn try_from(node: Node) -> Result<Self, FilterError> {
        let mut count = 0;
        check(&node, 1, &mut count)?;
        Ok(Self(node))
    }
}

impl From<Filter> for Node {
    fn from(filter: Filter) -> Self {
        filter.0
    }
}

/// Everything is checked here, however the filter came to be.
fn check(node: &Node, depth: usize, count: &mut usize) -> Result<(), FilterError> {
    *count += 1;
    if *count > MOST_NODES {
        return Err(FilterError::TooLarge);
    }
    if depth > DEEPEST {
        return Err(FilterError::TooDeep);
    }
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes
            .iter()
            .try_for_each(|node| check(node, depth + 1, count)),
        Node::Not(node) => check(node, depth + 1, count),
        Node::Eq(_, value) | Node::Ne(_, value) => check_value(value),
        Node::Gt(_, value) | Node::Gte(_, value) | Node::Lt(_, value) | Node::Lte(_, value) => {
            match value {
                Value::Number(_) | Value::String(_) => check_value(value),
                _ => Err(FilterError::Unordered),
            }
        }
        Node::In(_, values) if values.len() > MOST_VALUES => Err(FilterError::TooManyValues),
        Node::In(_, values) => values.iter().try_for_each(check_value),
        Node::Prefix(_, text) => check_text(text),
        Node::Exists(_) => Ok(()),
    }
}

fn check_value(value: &Value) -> Result<(), FilterError> {
    match value {
        Value::String(text) => check_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::Array(_) | Value::Object(_) => Err(FilterError::Compound),
    }
}

const fn check_text(text: &str) -> Result<(), FilterError> {
    match text.len() > LONGEST_TEXT {
        true => Err(FilterError::LongText),
        false => Ok(()),
    }
}

/// A member of the payload, to build filters from.
#[derive(Clone, Debug)]
pub struct Member(Pointer);

impl Member {
    /// The member at that JSON pointer: `/data/items/0/sku`, with `~1` for a slash in a name and `~0` for a tilde.
    ///
    /// # Errors
    /// [`FilterError::Pointer`] if it does not begin with a slash, has a tilde that stands for nothing, or is longer than
    /// 256 bytes.
    pub fn at(pointer: &str) -> Result<Self, FilterError> {
        Pointer::try_from(pointer.to_owned()).map(Self)
    }

    /// It is that text, number, truth value or `null`.
    ///
    /// # Errors
    /// [`FilterError`] if the value is an array or an object, or over a limit.
    pub fn eq(self, value: impl Into<Value>) -> Result<Filter, FilterError> {
        Node::Eq(self.0, value.into()).try_into()
    }

    /// It is anything else, or missing.
    ///
    /// # Errors
    /// As [`Member::eq`].
    pub fn ne(self, value: impl Into<Value>) -> Result<Filter, FilterError> {
        Node::Ne(self.0, value.into()).try_into()
    }

    /// It is one of those.
    ///
    /// # Errors
    /// As [`Member::eq`], and [`FilterError::TooManyValues`].
    pub fn one_of<V: Into<Value>>(
        self,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Filter, FilterError> {
        Node::In(self.0, values.into_iter().map(Into::into).collect()).try_into()
    }

    /// It is there.
    #[must_use]
    pub fn exists(self) -> Filter {
        Filter(Node::Exists(self.0))
    }

    /// It is greater than that number or text.
    ///
    /// # Errors
    /// [`FilterError::Unordered`] if the value is neither.
    pub fn gt(self, value: impl Into<Value>) -> Result<Filter, FilterError> {
        Node::Gt(self.0, value.into()).try_into()
    }

    /// It is that number or text, or greater.
    ///
    /// # Errors
    /// As [`Member::gt`].
    pub fn gte(self, value: impl Into<Value>) -> Result<Filter, FilterError> {
        Node::Gte(self.0, value.into()).try_into()
    }

    /// It is less than that number or text.
    ///
    /// # Errors
    /// As [`Member::gt`].
    pub fn lt(self, value: impl Into<Value>) -> Result<Filter, FilterError> {
        Node::Lt(self.0, value.into()).try_into()
    }

    /// It is that number or text, or less.
    ///
    /// # Errors
    /// As [`Member::gt`].
    pub fn lte(self, value: impl Into<Value>) -> Result<Filter, FilterError> {
        Node::Lte(self.0, value.into()).try_into()
    }

    /// It is a text that begins so.
    ///
    /// # Errors
    /// [`FilterError::LongText`] if the text has more than 1,024 bytes.
    pub fn prefix(self, text: &str) -> Result<Filter, FilterError> {
        Node::Prefix(self.0, text.to_owned()).try_into()
    }
}
