//! What is known of an event, as one string of bytes.

use webhook_verify::{Coverage, UnixTime};

use crate::record::{Attribute, Facts, Provenance};

/// Of the layout below. Another one gets another number.
const VERSION: u8 = 1;

/// Version, provenance, coverage, and then each text behind its length.
pub(super) fn encode(facts: &Facts) -> Vec<u8> {
    let provenance = match facts.provenance {
        Provenance::Own => 0,
        Provenance::Recovered => 1,
        Provenance::Verified => 2,
    };
    let mut bytes = vec![VERSION, provenance, facts.coverage.to_bits()];
    text(&mut bytes, Some(&facts.source));
    text(&mut bytes, Some(&facts.endpoint));
    text(&mut bytes, facts.tenant.as_deref());
    text(&mut bytes, facts.secret.as_deref());
    for attribute in [&facts.id, &facts.event_type] {
        text(&mut bytes, attribute.as_ref().map(|found| &*found.value));
        bytes.push(u8::from(
            attribute.as_ref().is_some_and(|found| found.signed),
        ));
    }
    bytes.push(u8::from(facts.signed_at.is_some()));
    bytes.extend(
        facts
            .signed_at
            .unwrap_or_default()
            .as_millis()
            .to_be_bytes(),
    );
    bytes
}

/// Nothing if it is not what `encode` writes.
pub(super) fn decode(bytes: &[u8]) -> Option<Facts> {
    let mut rest = Reader(bytes);
    if rest.byte()? != VERSION {
        return None;
    }
    let provenance = match rest.byte()? {
        0 => Provenance::Own,
        1 => Provenance::Recovered,
        2 => Provenance::Verified,
        _ => return None,
    };
    let coverage = Coverage::from_bits(rest.byte()?);
    let mut facts = Facts::new(rest.text()??, rest.text()??, provenance, coverage);
    facts.tenant = rest.text()?;
    facts.secret = rest.text()?;
    facts.id = rest.attribute()?;
    facts.event_type = rest.attribute()?;
    let signed_at = rest.byte()? != 0;
    let millis = u64::from_be_bytes(rest.take(8)?.try_into().ok()?);
    facts.signed_at = signed_at.then(|| UnixTime::from_millis(millis));
    rest.0.is_empty().then_some(facts)
}

/// No text is `u32::MAX` long; that stands for none.
fn text(bytes: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(u32::MAX, |text| {
        u32::try_from(text.len()).unwrap_or(u32::MAX - 1)
    });
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.unwrap_or_default().bytes().take(length as usize));
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn text(&mut self) -> Option<Option<String>> {
        let length = u32::from_be_bytes(self.take(4)?.try_into().ok()?);
        if length == u32::MAX {
            return Some(None);
        }
        let bytes = self.take(usize::try_from(length).ok()?)?;
        Some(Some(String::from_utf8(bytes.to_vec()).ok()?))
    }

    fn attribute(&mut self) -> Option<Option<Attribute>> {
        let value = self.text()?;
        let signed = self.byte()? != 0;
        Some(value.map(|value| Attribute { value, signed }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_the_one_that_earlier_versions_wrote() {
        let mut facts = Facts::new(
            "a".into(),
            String::new(),
            Provenance::Verified,
            Coverage::WHOLE_BODY,
        );
        facts.id = Some(Attribute {
            value: "é".into(),
            signed: true,
        });
        facts.signed_at = Some(UnixTime::from_millis(258));
        let bits = Coverage::WHOLE_BODY.to_bits();
        let mut bytes = vec![1, 2, bits, 0, 0, 0, 1, b'a', 0, 0, 0, 0];
        bytes.extend([0xff; 8]);
        bytes.extend([0, 0, 0, 2, 0xc3, 0xa9, 1, 0xff, 0xff, 0xff, 0xff, 0]);
        bytes.extend([1, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(encode(&facts), bytes);
        assert_eq!(decode(&bytes), Some(facts));
    }

    #[test]
    fn anything_cut_short_or_longer_is_not_read() {
        let facts = Facts::new(
            "shop".into(),
            "hooks".into(),
            Provenance::Own,
            Coverage::WHOLE_BODY,
        );
        let bytes = encode(&facts);
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), None, "{end}");
        }
        assert_eq!(decode(&[&bytes[..], b"x"].concat()), None);
    }
}
