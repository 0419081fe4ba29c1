//! Texts that live as long as the program does, for schemes that are made while it runs.
//!
//! A scheme is a row that is copied freely and refers to what it needs, so that the engine costs no counting for it. A
//! custom scheme's texts are therefore kept for ever; equal ones are kept once, so that a configuration may be read again
//! as often as one likes, and there is an end to how many different ones there may be.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Part, Path};
use crate::error::ConfigError;

/// Bytes of all that is kept: hundreds of schemes that are all different, and no program has ten.
const ROOM: usize = 1024 * 1024;
/// What keeping a slice costs beside its texts.
const SLICE: usize = 64;

pub(crate) use table::{parts, path, text};

#[cfg(feature = "std")]
mod table {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use super::{Box, ConfigError, Part, Path, ROOM, SLICE, Vec};

    static KEPT: Mutex<Kept> = Mutex::new(Kept {
        texts: BTreeSet::new(),
        paths: BTreeSet::new(),
        contents: Vec::new(),
        bytes: 0,
    });

    struct Kept {
        texts: BTreeSet<&'static str>,
        paths: BTreeSet<Path>,
        contents: Vec<&'static [Part]>,
        bytes: usize,
    }

    impl Kept {
        fn lock() -> MutexGuard<'static, Self> {
            KEPT.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn pay(&mut self, bytes: usize) -> Result<(), ConfigError> {
            match self.bytes.checked_add(bytes) {
                Some(bytes) if bytes <= ROOM => {
                    self.bytes = bytes;
                    Ok(())
                }
                _ => Err(ConfigError::TooManySchemes),
            }
        }
    }

    pub(crate) fn text(text: &str) -> Result<&'static str, ConfigError> {
        let mut kept = Kept::lock();
        if let Some(same) = kept.texts.get(text) {
            return Ok(same);
        }
        kept.pay(text.len() + SLICE)?;
        let text: &'static str = Box::leak(Box::from(text));
        kept.texts.insert(text);
        Ok(text)
    }

    pub(crate) fn path(names: Vec<&'static str>) -> Result<Path, ConfigError> {
        let mut kept = Kept::lock();
        if let Some(same) = kept.paths.get(&*names) {
            return Ok(same);
        }
        kept.pay(size_of_val(&*names) + SLICE)?;
        let path: Path = Box::leak(names.into_boxed_slice());
        kept.paths.insert(path);
        Ok(path)
    }

    pub(crate) fn parts(parts: Vec<Part>) -> Result<&'static [Part], ConfigError> {
        let mut kept = Kept::lock();
        if let Some(same) = kept.contents.iter().find(|other| ***other == *parts) {
            return Ok(same);
        }
        kept.pay(size_of_val(&*parts) + SLICE)?;
        let parts: &'static [Part] = Box::leak(parts.into_boxed_slice());
        kept.contents.push(parts);
        Ok(parts)
    }
}

/// Without a lock equal texts are not found again, so that reading a configuration anew costs room each time. The end of
/// the room is the same.
#[cfg(not(feature = "std"))]
mod table {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::{Box, ConfigError, Part, Path, ROOM, SLICE, Vec};

    static BYTES: AtomicUsize = AtomicUsize::new(0);

    fn pay(bytes: usize) -> Result<(), ConfigError> {
        BYTES
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |kept| {
                kept.checked_add(bytes).filter(|all| *all <= ROOM)
            })
            .map(|_| ())
            .map_err(|_| ConfigError::TooManySchemes)
    }

    pub(crate) fn text(text: &str) -> Result<&'static str, ConfigError> {
        pay(text.len() + SLICE)?;
        Ok(Box::leak(Box::from(text)))
    }

    pub(crate) fn path(names: Vec<&'static str>) -> Result<Path, ConfigError> {
        pay(size_of_val(&*names) + SLICE)?;
        Ok(Box::leak(names.into_boxed_slice()))
    }

    pub(crate) fn parts(parts: Vec<Part>) -> Result<&'static [Part], ConfigError> {
        pay(size_of_val(&*parts) + SLICE)?;
        Ok(Box::leak(parts.into_boxed_slice()))
    }
}
