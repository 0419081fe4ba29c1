//! What can be wrong with a filter.

use std::error::Error;
use std::fmt;

/// What is wrong with a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterError {
    /// A value is an array or an object.
    Compound,
    /// A text is too long.
    LongText,
    /// A name of a member is no JSON pointer.
    Pointer,
    /// Combinations stand too deep inside each other.
    TooDeep,
    /// The filter has too many nodes.
    TooLarge,
    /// One `in` has too many values.
    TooManyValues,
    /// `gt`, `gte`, `lt` or `lte` with something that has no order.
    Unordered,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compound => "a value must be a text, a number, true, false or null; compare the members of an array or object one by one",
            Self::LongText => "a text must have at most 1,024 bytes",
            Self::Pointer => "a member must be a JSON pointer of at most 256 bytes, such as `/data/amount`",
            Self::TooDeep => "a filter must have at most 8 levels of `all`, `any` and `not`",
            Self::TooLarge => "a filter must have at most 64 nodes",
            Self::TooManyValues => "an `in` must have at most 100 values",
            Self::Unordered => "`gt`, `gte`, `lt` and `lte` need a number or a text",
        })
    }
}

impl Error for FilterError {}
