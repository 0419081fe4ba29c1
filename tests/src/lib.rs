//! What holds across the crates. The code of the README is compiled and run here.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
