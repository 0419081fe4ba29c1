//! Everything that is judged before one byte of the body is read.

use alloc::borrow::ToOwned;
use core::time::Duration;

use crate::error::VerifyError;
use crate::scheme::{Field, Part, Scheme, Signatures};
use crate::text::Text;
use crate::time::UnixTime;

/// A signature header longer than this is an attack; the longest honest ones are below 1 KiB.
const MAX_HEADER: usize = 8 * 1024;
/// The longest id or type that is used as such.
pub(crate) const MAX_ATTRIBUTE: usize = 256;

/// The headers of a request that passed.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) signatures: Signatures,
    pub(crate) signed_at: Option<UnixTime>,
    timestamp: Option<Text>,
    id: Option<Text>,
    event_type: Option<Text>,
}

/// A header or item that is wanted at most once.
#[derive(Default)]
struct Slot {
    value: Option<Text>,
    repeated: bool,
    oversize: bool,
}

impl Slot {
    fn fill(&mut self, value: &[u8]) {
        if self.value.is_some() || self.oversize {
            self.repeated = true;
        } else if value.len() > MAX_HEADER {
            self.oversize = true;
        } else {
            self.value = Some(Text::new(value));
        }
    }

    fn take(self, name: &str) -> Result<Option<Text>, VerifyError> {
        let header = || name.to_owned();
        if self.repeated {
            return Err(VerifyError::RepeatedHeader { header: header() });
        }
        if self.oversize {
            return Err(VerifyError::OversizeHeader {
                header: header(),
                limit: MAX_HEADER,
            });
        }
        Ok(self.value)
    }
}

#[derive(Default)]
struct Slots {
    timestamp: Slot,
    id: Slot,
    event_type: Slot,
}

impl Slots {
    /// The slots and the fields that fill them.
    fn each<'s>(&'s mut self, scheme: &'s Scheme) -> [(Option<&'s Field>, &'s mut Slot); 3] {
        [
            (scheme.timestamp.as_ref(), &mut self.timestamp),
            (scheme.id.as_ref(), &mut self.id),
            (scheme.event_type.as_ref(), &mut self.event_type),
        ]
    }
}

impl Head {
    /// Reads the headers once and refuses what can be refused without the body.
    ///
    /// Refusals come in one order whatever order the headers stand in, so that the same request always gets the same
    /// answer.
    pub(crate) fn read<K, V>(
        scheme: &Scheme,
        headers: impl IntoIterator<Item = (K, V)>,
        received_at: UnixTime,
        tolerance: Duration,
        body_limit: usize,
    ) -> Result<Self, VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let mut slots = Slots::default();
        let mut signatures = Signatures::none();
        let signature_name = &*scheme.signature.header;
        let (mut signature_headers, mut signature_oversize, mut body_too_large) =
            (0_u32, false, false);

        for (name, value) in headers {
            let (name, value) = (name.as_ref(), value.as_ref());
            if name.eq_ignore_ascii_case(signature_name) {
                signature_headers = signature_headers.saturating_add(1);
                if value.len() > MAX_HEADER {
                    signature_oversize = true;
                } else if signature_headers == 1 {
                    scheme.signature.read(value, &mut signatures, |key, text| {
                        for (field, slot) in slots.each(scheme) {
                            if matches!(field, Some(Field::Item(wanted)) if wanted.as_bytes() == key) {
                                slot.fill(text);
                            }
                        }
                    });
                }
                continue;
            }
            if name.eq_ignore_ascii_case("content-length") {
                body_too_large |= announces_more_than(value, body_limit);
            }
            for (field, slot) in slots.each(scheme) {
                if matches!(field, Some(Field::Header(wanted)) if wanted.eq_ignore_ascii_case(name))
                {
                    slot.fill(value);
                }
            }
        }

        let header = || signature_name.to_owned();
        match signature_headers {
            0 => return Err(VerifyError::MissingHeader { header: header() }),
            1 => {}
            _ => return Err(VerifyError::RepeatedHeader { header: header() }),
        }
        if signature_oversize {
            return Err(VerifyError::OversizeHeader {
                header: header(),
                limit: MAX_HEADER,
            });
        }
        if signatures.over_limit() {
            return Err(VerifyError::TooManySignatures {
                limit: crate::scheme::MAX_CANDIDATES,
            });
        }
        if signatures.seen == 0 {
            return Err(VerifyError::NoSignature { header: header() });
        }

        let timestamp = required(
            scheme,
            scheme.timestamp.as_ref(),
            &Part::Timestamp,
            slots.timestamp,
        )?;
        let id = required(scheme, scheme.id.as_ref(), &Part::Id, slots.id)?;
        let event_type = optional(scheme.event_type.as_ref(), slots.event_type)?;
        if let (Some(text), true) = (&id, scheme.content.contains(&Part::Id)) {
            check_signed_id(scheme, text)?;
        }
        let signed_at = match &timestamp {
            Some(text) => Some(fresh(text.as_bytes(), received_at, tolerance)?),
            None => None,
        };
        if body_too_large {
            return Err(VerifyError::BodyTooLarge { limit: body_limit });
        }
        Ok(Self {
            signatures,
            signed_at,
            timestamp,
            id,
            event_type,
        })
    }

    /// The head of a request that is about to be signed.
    pub(crate) fn to_sign(id: &str, timestamp: &str) -> Self {
        Self {
            signatures: Signatures::none(),
            signed_at: None,
            timestamp: Some(Text::new(timestamp.as_bytes())),
            id: Some(Text::new(id.as_bytes())),
            event_type: None,
        }
    }

    pub(crate) fn id_bytes(&self) -> &[u8] {
        self.id.as_ref().map_or(b"", Text::as_bytes)
    }

    pub(crate) fn timestamp_bytes(&self) -> &[u8] {
        self.timestamp.as_ref().map_or(b"", Text::as_bytes)
    }

    pub(crate) fn event_type_bytes(&self) -> &[u8] {
        self.event_type.as_ref().map_or(b"", Text::as_bytes)
    }

    pub(crate) const fn id(&self) -> Option<&Text> {
        self.id.as_ref()
    }

    pub(crate) const fn event_type(&self) -> Option<&Text> {
        self.event_type.as_ref()
    }
}

/// The value of a field that must be there if the signature covers it.
fn required(
    scheme: &Scheme,
    field: Option<&Field>,
    part: &Part,
    slot: Slot,
) -> Result<Option<Text>, VerifyError> {
    match field {
        Some(field) if !scheme.signs(field, part) => optional(Some(field), slot),
        Some(Field::Header(name)) => match slot.take(name)? {
            Some(text) => Ok(Some(text)),
            None => Err(VerifyError::MissingHeader {
                header: (**name).to_owned(),
            }),
        },
        Some(Field::Item(_)) => match slot.take("") {
            Ok(Some(text)) => Ok(Some(text)),
            _ => Err(VerifyError::MalformedHeader {
                header: (*scheme.signature.header).to_owned(),
            }),
        },
        Some(Field::Json(_)) | None => Ok(None),
    }
}

/// The value of a field that nothing depends on. Two of them are refused all the same: whoever reads the headers after
/// us might take the other one.
fn optional(field: Option<&Field>, slot: Slot) -> Result<Option<Text>, VerifyError> {
    match (slot, field) {
        (
            Slot {
                oversize: true,
                repeated: false,
                ..
            },
            _,
        ) => Ok(None),
        (slot, Some(Field::Header(name) | Field::Item(name))) => slot.take(name),
        (_, Some(Field::Json(_)) | None) => Ok(None),
    }
}

/// The content is a concatenation: an id with the separator in it could be cut in two ways under one signature.
fn check_signed_id(scheme: &Scheme, id: &Text) -> Result<(), VerifyError> {
    let separator = scheme.separator_after(&Part::Id).unwrap_or_default();
    match id.visible(MAX_ATTRIBUTE) {
        Some(text) if separator.is_empty() || !text.contains(separator) => Ok(()),
        _ => {
            let header = match &scheme.id {
                Some(Field::Header(name)) => (**name).to_owned(),
                _ => (*scheme.signature.header).to_owned(),
            };
            Err(VerifyError::MalformedHeader { header })
        }
    }
}

/// The signed time, if it is inside the window on both sides.
fn fresh(text: &[u8], received_at: UnixTime, tolerance: Duration) -> Result<UnixTime, VerifyError> {
    let signed_at =
        UnixTime::from_secs(plain_number(text, 12).ok_or(VerifyError::MalformedTimestamp)?);
    if signed_at.abs_diff(received_at) <= tolerance {
        Ok(signed_at)
    } else if signed_at > received_at {
        Err(VerifyError::TimestampInFuture {
            signed_at,
            received_at,
            tolerance,
        })
    } else {
        Err(VerifyError::TimestampTooOld {
            signed_at,
            received_at,
            tolerance,
        })
    }
}

/// A number of at most `digits` decimal digits in its only spelling: no sign, no space, no leading zero.
fn plain_number(text: &[u8], digits: usize) -> Option<u64> {
    if text.is_empty() || text.len() > digits || (text.len() > 1 && text.starts_with(b"0")) {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// Whether a `Content-Length` promises more than the limit. One that cannot be read is the server's business.
fn announces_more_than(value: &[u8], limit: usize) -> bool {
    let all_digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let length = value.iter().fold(0_u64, |number, byte| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(byte.wrapping_sub(b'0')))
    });
    all_digits && usize::try_from(length).map_or(true, |length| length > limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_one_spelling() {
        for text in [
            "",
            " 1",
            "1 ",
            "+1",
            "-1",
            "01",
            "00",
            "1e9",
            "1.0",
            "1_0",
            "0x1",
            "１",
            "-9223372036854775808",
            "9223372036854775807",
            "1234567890123",
        ] {
            assert_eq!(plain_number(text.as_bytes(), 12), None, "{text}");
        }
        assert_eq!(plain_number(&[b'9'; 400], 12), None);
        assert_eq!(plain_number(b"0", 12), Some(0));
        assert_eq!(plain_number(b"1614265330", 12), Some(1_614_265_330));
        assert_eq!(plain_number(b"999999999999", 12), Some(999_999_999_999));
    }

    #[test]
    fn the_window_has_two_sides_and_its_edges_are_inside() {
        let now = UnixTime::from_secs(1_700_000_000);
        let at = |text: &str| fresh(text.as_bytes(), now, Duration::from_secs(300));
        assert!(at("1699999700").is_ok());
        assert!(at("1700000300").is_ok());
        assert!(matches!(
            at("1699999699"),
            Err(VerifyError::TimestampTooOld { .. })
        ));
        assert!(matches!(
            at("1700000301"),
            Err(VerifyError::TimestampInFuture { .. })
        ));
        assert!(matches!(
            at("999999999999"),
            Err(VerifyError::TimestampInFuture { .. })
        ));
        assert!(matches!(at("0"), Err(VerifyError::TimestampTooOld { .. })));
    }

    #[test]
    fn a_content_length_over_the_limit_is_seen_however_long_it_is() {
        assert!(!announces_more_than(b"1024", 1024));
        assert!(announces_more_than(b"1025", 1024));
        assert!(announces_more_than(&[b'9'; 400], 1024));
        for unreadable in ["", "-1", "+2000", "2000, 2000", "nonsense"] {
            assert!(
                !announces_more_than(unreadable.as_bytes(), 1024),
                "{unreadable}"
            );
        }
    }
}
