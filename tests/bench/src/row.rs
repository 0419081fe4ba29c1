//! What a row is.

/// The name of every row's first contender.
pub const FLOOR: &str = "floor";
/// The name of the contender that the others are compared with.
pub const OURS: &str = "ours";

/// One request, and everybody who checks it.
pub struct Row {
    /// What is checked.
    pub title: String,
    /// The floor, ours, then variants and peers.
    pub contenders: Vec<Contender>,
}

/// Somebody who checks a request.
pub struct Contender {
    /// Who it is.
    pub name: &'static str,
    check: Box<dyn Fn() -> bool>,
}

impl Contender {
    /// A contender whose `check` says whether the verdict was the expected one.
    pub(crate) fn new(name: &'static str, check: impl Fn() -> bool + 'static) -> Self {
        let contender = Self {
            name,
            check: Box::new(check),
        };
        contender.run();
        contender
    }

    /// Checks the request once.
    ///
    /// # Panics
    /// If the verdict is not the expected one: a wrong answer has no speed.
    pub fn run(&self) {
        assert!((self.check)(), "{} gave another verdict", self.name);
    }
}

pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 0x10_0000),
    }
}
