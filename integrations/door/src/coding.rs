//! `Content-Encoding`.

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    #[cfg(feature = "inflate")]
    Deflate,
    #[cfg(feature = "inflate")]
    Gzip,
    /// One that we do not read, or several on top of each other.
    Other,
}

impl Coding {
    /// The coding after one more header line.
    pub(crate) fn and(self, value: &[u8]) -> Self {
        let value = value.trim_ascii();
        if value.is_empty() || value.eq_ignore_ascii_case(b"identity") {
            return self;
        }
        if self == Self::Identity {
            Self::of(value)
        } else {
            Self::Other
        }
    }

    #[cfg(feature = "inflate")]
    fn of(value: &[u8]) -> Self {
        if value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"x-gzip") {
            Self::Gzip
        } else if value.eq_ignore_ascii_case(b"deflate") {
            Self::Deflate
        } else {
            Self::Other
        }
    }

    #[cfg(not(feature = "inflate"))]
    const fn of(_: &[u8]) -> Self {
        Self::Other
    }
}

#[cfg(feature = "inflate")]
mod inflate {
    use std::io::{self, Read};

    use bytes::Bytes;
    use flate2::read::{GzDecoder, ZlibDecoder};

    use super::Coding;
    use crate::budget::Reservation;
    use crate::rejection::Reason;

    /// How much is decompressed before the limit and the budget are looked at again.
    const STEP: usize = 16 * 1024;

    impl Coding {
        /// Decompresses a body that is known to be authentic, and stops at the first byte over the limit.
        pub(crate) fn inflate(
            self,
            body: &[u8],
            limit: usize,
            reservation: &mut Reservation,
        ) -> Result<Bytes, Reason> {
            match self {
                Self::Gzip => read(GzDecoder::new(body), body.len(), limit, reservation),
                Self::Deflate => read(ZlibDecoder::new(body), body.len(), limit, reservation),
                Self::Identity => Ok(Bytes::copy_from_slice(body)),
                Self::Other => Err(Reason::ContentEncoding),
            }
        }
    }

    fn read(
        mut from: impl Read,
        already: usize,
        limit: usize,
        reservation: &mut Reservation,
    ) -> Result<Bytes, Reason> {
        let mut out = Vec::new();
        let mut step = [0; STEP];
        loop {
            let read = match from.read(&mut step) {
                Ok(0) => return Ok(out.into()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Reason::Inflate),
            };
            if read > limit.saturating_sub(out.len()) {
                return Err(Reason::InflateTooLarge { limit });
            }
            let capacity = (out.len() + read).next_power_of_two();
            if !reservation.hold(already.saturating_add(capacity)) {
                return Err(Reason::Overloaded);
            }
            out.reserve_exact(capacity - out.len());
            out.extend_from_slice(step.get(..read).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_coding_and_the_identity_are_the_same() {
        let coding = Coding::Identity.and(b"").and(b" Identity ");
        assert_eq!(coding, Coding::Identity);
    }

    #[test]
    fn what_is_not_known_or_stacked_is_not_read() {
        for values in [
            &[&b"br"[..]][..],
            &[b"zstd"],
            &[b"gzip, gzip"],
            &[b"gzip", b"gzip"],
            &[b"\xff"],
        ] {
            let coding = values
                .iter()
                .fold(Coding::Identity, |coding, value| coding.and(value));
            assert_eq!(coding, Coding::Other, "{values:?}");
        }
    }
}
