//! Everything that is judged before one byte of the body is read.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::content::Values;
use crate::error::VerifyError;
use crate::json::{Found, pick};
use crate::parsed::{Claims, Rules};
use crate::scheme::{Field, Part, Path, Place, Plan, Role, Scheme, Signatures, Slot, TimeFormat};
use crate::text::{Text, is_visible, is_visible_without};
use crate::time::UnixTime;
use crate::time_format;

/// A signature header longer than this is an attack; the longest honest ones are below 1 KiB.
const MAX_HEADER: usize = 8 * 1024;
/// The longest id or type that is used as such.
pub(crate) const MAX_ATTRIBUTE: usize = 256;

/// The headers of a request that passed.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) signed_at: Option<UnixTime>,
    timestamp: Option<Text>,
    id: Option<Text>,
    event_type: Option<Text>,
    /// Members of the body that are parts of the content; only for schemes that are parsed first.
    members: Vec<(Path, Text)>,
    /// Only for schemes with rules.
    pub(crate) extra: Option<Box<Extra>>,
}

/// What the rules of a scheme read of the headers, and what they make of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    values: Vec<(&'static str, Option<Text>)>,
    /// The JSON that the row's paths lead into, where that is not the body itself.
    pub(crate) document: Option<Vec<u8>>,
    /// What the public key goes by, where it was fetched.
    pub(crate) key_label: Option<String>,
}

impl Extra {
    pub(crate) fn value(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.values.iter().find(|(other, _)| *other == name)?;
        value.as_ref().map(Text::as_bytes)
    }
}

/// How the clock is asked.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) received_at: UnixTime,
    pub(crate) tolerance: Duration,
}

impl Window {
    /// Refuses a time that is too far away on either side.
    pub(crate) fn admit(self, signed_at: UnixTime) -> Result<(), VerifyError> {
        let Self {
            received_at,
            tolerance,
        } = self;
        if signed_at.abs_diff(received_at) <= tolerance {
            Ok(())
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
}

/// A header of a scheme with rules, which each may come once.
#[derive(Default)]
struct Single {
    value: Option<Text>,
    repeated: bool,
    oversize: bool,
}

impl Single {
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
        if self.repeated {
            return Err(VerifyError::RepeatedHeader {
                header: name.to_owned(),
            });
        }
        if self.oversize {
            return Err(VerifyError::OversizeHeader {
                header: name.to_owned(),
                limit: MAX_HEADER,
            });
        }
        Ok(self.value)
    }
}

/// The values of which each may come once.
struct Once<'h> {
    head: &'h mut Head,
    /// Those that came again, and those that were too long, a bit each.
    repeated: u8,
    oversize: u8,
}

impl Once<'_> {
    fn fill(&mut self, slot: Slot, value: &[u8]) {
        let bit = slot.bit();
        let room = self.head.at(slot);
        if room.is_some() || self.oversize & bit != 0 {
            self.repeated |= bit;
        } else if value.len() > MAX_HEADER {
            self.oversize |= bit;
        } else {
            *room = Some(Text::new(value));
        }
    }

    /// Whether a value is there if it `must` be, and nowhere twice. Of a value that nothing depends on two are refused all the
    /// same: whoever reads the headers after us might take the other one.
    fn check(
        &mut self,
        scheme: &Scheme,
        slot: Slot,
        field: Option<Field>,
        must: bool,
    ) -> Result<(), VerifyError> {
        let bit = slot.bit();
        let (repeated, oversize) = (self.repeated & bit != 0, self.oversize & bit != 0);
        let missing = self.head.at(slot).is_none();
        let header = |name: &str| name.to_owned();
        match field {
            Some(Field::Item(_)) if must && (repeated || oversize || missing) => {
                Err(VerifyError::MalformedHeader {
                    header: header(scheme.signature_name()),
                })
            }
            Some(Field::Header(name) | Field::Item(name)) if repeated => {
                Err(VerifyError::RepeatedHeader {
                    header: header(name),
                })
            }
            Some(Field::Header(name)) if must && oversize => Err(VerifyError::OversizeHeader {
                header: header(name),
                limit: MAX_HEADER,
            }),
            Some(Field::Header(name)) if must && missing => Err(VerifyError::MissingHeader {
                header: header(name),
            }),
            _ => Ok(()),
        }
    }
}

/// What has been read of the headers so far.
struct Reader<'r> {
    scheme: &'r Scheme,
    plan: &'r Plan,
    body_limit: usize,
    signatures: &'r mut Signatures,
    once: Once<'r>,
    sightings: Sightings,
    body_too_large: bool,
    /// The headers that the rules of the scheme ask for.
    extra: Vec<(&'static str, Single)>,
}

impl Reader<'_> {
    /// Takes a header whose name may be one that is wanted.
    fn take(&mut self, name: &str, value: &[u8]) {
        let plan = self.plan;
        if let Some(prefix) = plan.numbered
            && is_numbered(prefix, name)
        {
            self.signature(0, value);
            return;
        }
        for wanted in plan.as_long_as(name).filter(|wanted| wanted.is(name)) {
            match wanted.role {
                Role::Signature(bit) => {
                    self.signature(bit, value);
                    return;
                }
                Role::ContentLength => {
                    self.body_too_large |= announces_more_than(value, self.body_limit);
                }
                Role::Rules(at) => {
                    if let Some((_, slot)) = self.extra.get_mut(at) {
                        slot.fill(value);
                    }
                }
                Role::Value(slot) => self.once.fill(slot, value),
            }
        }
    }

    fn signature(&mut self, bit: u32, value: &[u8]) {
        if !self.sightings.note(bit, value) {
            return;
        }
        let (plan, once) = (self.plan, &mut self.once);
        self.signatures
            .read(self.scheme, plan.max_items, value, |item| {
                for (front, slot) in &plan.items {
                    if let Some(text) = item.strip_prefix(&**front) {
                        once.fill(*slot, text);
                    }
                }
            });
    }

    fn judge(&mut self, window: Window) -> Result<(), VerifyError> {
        let (scheme, plan) = (self.scheme, self.plan);
        self.sightings.judge(scheme, self.signatures)?;
        let time = scheme.timestamp;
        self.once.check(
            scheme,
            Slot::Timestamp,
            time.map(|time| time.field),
            plan.signs_time,
        )?;
        self.once
            .check(scheme, Slot::Id, scheme.id, plan.signs_id)?;
        self.once
            .check(scheme, Slot::EventType, scheme.event_type, false)?;
        let head = &mut *self.once.head;
        if let (Some(text), true) = (&head.id, plan.covers_id) {
            check_signed_id(scheme, plan.after_id, text)?;
        }
        if let (Some(text), Some(time)) = (&head.timestamp, time) {
            head.signed_at = Some(fresh(text.as_bytes(), time.format, window)?);
        }
        if scheme.rules.is_some() {
            self.once.head.extra = Some(Box::new(self.extra()?));
        }
        if self.body_too_large {
            return Err(VerifyError::BodyTooLarge {
                limit: self.body_limit,
            });
        }
        Ok(())
    }

    /// The headers that the rules ask for; those that carry the signature must be there.
    fn extra(&mut self) -> Result<Extra, VerifyError> {
        let own = self.scheme.signature_headers();
        let values = core::mem::take(&mut self.extra).into_iter();
        let values = values.map(|(name, slot)| match slot.take(name)? {
            None if own.contains(&name) => Err(VerifyError::MissingHeader {
                header: name.to_owned(),
            }),
            value => Ok((name, value)),
        });
        Ok(Extra {
            values: values.collect::<Result<_, VerifyError>>()?,
            document: None,
            key_label: None,
        })
    }
}

/// The signature headers seen so far.
#[derive(Default)]
struct Sightings {
    any: bool,
    repeated: bool,
    oversize: bool,
    /// Which of several names, a bit each.
    names: u32,
}

impl Sightings {
    /// Notes a header that carries signatures, and says whether its value is to be read.
    fn note(&mut self, bit: u32, value: &[u8]) -> bool {
        self.any = true;
        self.repeated |= self.names & bit != 0;
        self.names |= bit;
        let fits = value.len() <= MAX_HEADER;
        self.oversize |= !fits;
        fits && !self.repeated
    }

    fn judge(&self, scheme: &Scheme, signatures: &Signatures) -> Result<(), VerifyError> {
        let header = || scheme.signature_name().to_owned();
        if matches!(scheme.place, Place::Json(_) | Place::Rules(_)) {
            return Ok(());
        }
        if !self.any {
            return Err(VerifyError::MissingHeader { header: header() });
        }
        if self.repeated {
            return Err(VerifyError::RepeatedHeader { header: header() });
        }
        if self.oversize {
            return Err(VerifyError::OversizeHeader {
                header: header(),
                limit: MAX_HEADER,
            });
        }
        enough(scheme, signatures)
    }
}

/// There must be at least one signature, and not too many.
fn enough(scheme: &Scheme, signatures: &Signatures) -> Result<(), VerifyError> {
    if signatures.seen > scheme.max_signatures {
        return Err(VerifyError::TooManySignatures {
            limit: scheme.max_signatures,
        });
    }
    if signatures.crowded {
        return Err(VerifyError::MalformedHeader {
            header: scheme.signature_name().to_owned(),
        });
    }
    if signatures.seen == 0 {
        return Err(VerifyError::NoSignature {
            header: scheme.signature_name().to_owned(),
        });
    }
    Ok(())
}

/// Whether a name is the prefix and a number from 1 to 999.
fn is_numbered(prefix: &str, name: &str) -> bool {
    let Some((front, number)) = name.split_at_checked(prefix.len()) else {
        return false;
    };
    front.eq_ignore_ascii_case(prefix)
        && matches!(number.as_bytes(), [b'1'..=b'9', rest @ ..] if rest.len() < 3 && rest.iter().all(u8::is_ascii_digit))
}

impl Head {
    /// Of no header yet.
    pub(crate) const fn none() -> Self {
        Self {
            signed_at: None,
            timestamp: None,
            id: None,
            event_type: None,
            members: Vec::new(),
            extra: None,
        }
    }

    /// Reads the headers once and refuses what can be refused without the body.
    ///
    /// Refusals come in one order whatever order the headers stand in, so that the same request always gets the same
    /// answer.
    pub(crate) fn read<K, V>(
        &mut self,
        scheme: &Scheme,
        plan: &Plan,
        headers: impl IntoIterator<Item = (K, V)>,
        window: Window,
        body_limit: usize,
        signatures: &mut Signatures,
    ) -> Result<(), VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let extra = scheme.rules.map_or(&[][..], Rules::headers).iter();
        let extra = extra.map(|name| (*name, Single::default())).collect();
        let mut reader = Reader {
            scheme,
            plan,
            body_limit,
            signatures,
            once: Once {
                head: self,
                repeated: 0,
                oversize: 0,
            },
            sightings: Sightings::default(),
            body_too_large: false,
            extra,
        };
        for (name, value) in headers {
            let name = name.as_ref();
            if plan.may_want(name.len()) {
                reader.take(name, value.as_ref());
            }
        }
        reader.judge(window)
    }

    const fn at(&mut self, slot: Slot) -> &mut Option<Text> {
        match slot {
            Slot::EventType => &mut self.event_type,
            Slot::Id => &mut self.id,
            Slot::Timestamp => &mut self.timestamp,
        }
    }

    /// For schemes that keep their signature or what it covers in the body: reads it out of a body that nobody has
    /// vouched for yet. The body is small, and its members are only fed to a hash.
    pub(crate) fn read_members(
        &mut self,
        scheme: &Scheme,
        plan: &Plan,
        body: &[u8],
        window: Window,
        signatures: &mut Signatures,
    ) -> Result<(), VerifyError> {
        let malformed = || VerifyError::MalformedBody;
        let found = pick(body, &plan.members).ok_or_else(malformed)?;
        for (path, found) in plan.members.iter().zip(found) {
            let Found::Text(text) = found else {
                return Err(malformed());
            };
            if scheme.place == Place::Json(path) {
                signatures.read(scheme, plan.max_items, text.as_bytes(), |_| {});
                enough(scheme, signatures)?;
            } else {
                self.members.push((path, Text::new(text.as_bytes())));
            }
        }
        if let Some((Field::Json(path), wanted)) =
            scheme.timestamp.map(|wanted| (wanted.field, wanted))
            && scheme.covers(&Part::Json(path))
        {
            self.signed_at = Some(fresh(self.json(path), wanted.format, window)?);
        }
        Ok(())
    }

    /// Keeps what the claims of an authentic request say of it.
    pub(crate) fn adopt(&mut self, scheme: &Scheme, claims: Claims<'_>) {
        let claimed = |field: Option<Field>| matches!(field, Some(Field::Claim(_)));
        if claimed(scheme.id) {
            self.id = claims.id;
        }
        if claimed(scheme.event_type) {
            self.event_type = claims.event_type;
        }
        self.signed_at = claims.signed_at.or(self.signed_at);
        if let Some(extra) = &mut self.extra {
            extra.document = claims.document.map(Cow::into_owned);
            extra.key_label = claims.key.map(|key| key.request.label().to_owned());
        }
    }

    /// The JSON that the row's paths lead into.
    pub(crate) fn document<'a>(&'a self, body: &'a [u8]) -> &'a [u8] {
        let document = self
            .extra
            .as_ref()
            .and_then(|extra| extra.document.as_deref());
        document.unwrap_or(body)
    }

    /// For schemes that keep the time in a covered body: judges it, once the body is known to be authentic.
    pub(crate) fn read_signed_time(
        &mut self,
        scheme: &Scheme,
        plan: &Plan,
        body: &[u8],
        window: Window,
    ) -> Result<(), VerifyError> {
        let Some(wanted) = scheme.timestamp else {
            return Ok(());
        };
        let (Field::Json(path), true) = (wanted.field, plan.covers_body) else {
            return Ok(());
        };
        match pick(body, &[path]).as_deref() {
            Some([Found::Text(text)]) => {
                self.signed_at = Some(fresh(text.as_bytes(), wanted.format, window)?);
                Ok(())
            }
            _ => Err(VerifyError::MalformedTimestamp),
        }
    }

    pub(crate) fn event_type_bytes(&self) -> &[u8] {
        self.event_type.as_ref().map_or(b"", Text::as_bytes)
    }

    pub(crate) const fn id_text(&self) -> Option<&Text> {
        self.id.as_ref()
    }

    pub(crate) const fn event_type(&self) -> Option<&Text> {
        self.event_type.as_ref()
    }
}

impl Values for Head {
    fn id(&self) -> &[u8] {
        self.id.as_ref().map_or(b"", Text::as_bytes)
    }

    fn timestamp(&self) -> &[u8] {
        self.timestamp.as_ref().map_or(b"", Text::as_bytes)
    }

    fn json(&self, path: Path) -> &[u8] {
        self.members
            .iter()
            .find(|(other, _)| *other == path)
            .map_or(b"", |(_, text)| text.as_bytes())
    }
}

/// The content is a concatenation: an id with the separator in it could be cut in two ways under one signature.
fn check_signed_id(scheme: &Scheme, separator: &str, id: &Text) -> Result<(), VerifyError> {
    let id = id.as_bytes();
    let fine = match separator.as_bytes() {
        [] => is_visible(id, MAX_ATTRIBUTE),
        [one] => is_visible_without(*one, id, MAX_ATTRIBUTE),
        several => {
            is_visible(id, MAX_ATTRIBUTE)
                && !id.windows(several.len()).any(|window| window == several)
        }
    };
    match fine {
        true => Ok(()),
        false => {
            let header = match scheme.id {
                Some(Field::Header(name)) => name,
                _ => scheme.signature_name(),
            };
            Err(VerifyError::MalformedHeader {
                header: header.to_owned(),
            })
        }
    }
}

/// The signed time, if it is inside the window on both sides.
fn fresh(text: &[u8], format: TimeFormat, window: Window) -> Result<UnixTime, VerifyError> {
    let signed_at = time_format::read(text, format).ok_or(VerifyError::MalformedTimestamp)?;
    window.admit(signed_at).map(|()| signed_at)
}

/// Whether a `Content-Length` promises more than the limit. One that cannot be read is the server's business.
fn announces_more_than(value: &[u8], limit: usize) -> bool {
    let mut length = 0_u64;
    for byte in value {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return false;
        }
        length = length.saturating_mul(10).saturating_add(u64::from(digit));
    }
    usize::try_from(length).map_or(true, |length| length > limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_has_two_sides_and_its_edges_are_inside() {
        let window = Window {
            received_at: UnixTime::from_secs(1_700_000_000),
            tolerance: Duration::from_secs(300),
        };
        let at = |text: &str| fresh(text.as_bytes(), TimeFormat::Seconds, window);
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

    #[test]
    fn a_numbered_header_has_a_plain_number_behind_its_prefix() {
        for name in ["x-sig-1", "X-Sig-12", "x-sig-100", "x-sig-999"] {
            assert!(is_numbered("X-Sig-", name), "{name}");
        }
        for name in [
            "x-sig-",
            "x-sig-0",
            "x-sig-01",
            "x-sig-1000",
            "x-sig-1a",
            "x-sig-+1",
            "x-sig",
            "y-sig-1",
            "é",
        ] {
            assert!(!is_numbered("X-Sig-", name), "{name}");
        }
    }
}
