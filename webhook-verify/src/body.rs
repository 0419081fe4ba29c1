//! What may carry a verified body.

use alloc::string::String;
use alloc::vec::Vec;
use bytes::Bytes;

/// Bytes that a [`Verified`](crate::Verified) may hold on to.
///
/// Sealed: a type of somebody else's could show other bytes after the verification than during it.
pub trait Body: AsRef<[u8]> + sealed::Sealed {
    /// The bytes as an owned, cheaply cloned buffer; copies only where they are borrowed.
    fn into_bytes(self) -> Bytes;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! body {
    ($($owned:ty),+; $($borrowed:ty),+) => {
        $(
            impl sealed::Sealed for $owned {}
            impl Body for $owned {
                fn into_bytes(self) -> Bytes {
                    self.into()
                }
            }
        )+
        $(
            impl sealed::Sealed for &$borrowed {}
            impl Body for &$borrowed {
                fn into_bytes(self) -> Bytes {
                    let bytes: &[u8] = self.as_ref();
                    Bytes::copy_from_slice(bytes)
                }
            }
        )+
    };
}

body!(Bytes, Vec<u8>, String; [u8], str, Vec<u8>, String);

impl sealed::Sealed for &Bytes {}
impl Body for &Bytes {
    fn into_bytes(self) -> Bytes {
        self.clone()
    }
}

impl<const N: usize> sealed::Sealed for &[u8; N] {}
impl<const N: usize> Body for &[u8; N] {
    fn into_bytes(self) -> Bytes {
        Bytes::copy_from_slice(self)
    }
}
