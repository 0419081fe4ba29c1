//! A row in words, for tables and command lines.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Field, Part, Scheme};
use crate::parsed::Rules;

impl Scheme {
    /// The names of all headers that are read: first those of the signature, as in [`Scheme::signature_headers`], then
    /// those of the time, the id and the type. `:method` and `:path` stand for the request line, as in HTTP/2.
    ///
    /// ```
    /// use webhook_verify::{GitHub, StandardWebhooks};
    /// assert_eq!(StandardWebhooks::SCHEME.headers(), ["webhook-signature", "webhook-timestamp", "webhook-id"]);
    /// ```
    #[must_use]
    pub fn headers(&self) -> Vec<&'static str> {
        let mut names = match self.place {
            super::Place::Header(name)
            | super::Place::HeaderLines(name)
            | super::Place::HeaderNumbers(name) => alloc::vec![name],
            super::Place::Headers(names) => names.to_vec(),
            super::Place::Json(_) => Vec::new(),
            super::Place::Rules(_) => self.rules.map_or(&[][..], Rules::headers).to_vec(),
        };
        let time = self.timestamp.map(|timestamp| timestamp.field);
        for field in [time, self.id, self.event_type].into_iter().flatten() {
            if let Field::Header(name) = field
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// What is signed, as a template: `{timestamp}.{body}`. Empty where nothing is.
    ///
    /// ```
    /// assert_eq!(webhook_verify::Stripe::SCHEME.signed_content(), "{timestamp}.{body}");
    /// ```
    #[must_use]
    pub fn signed_content(&self) -> String {
        self.content
            .iter()
            .map(|part| match part {
                Part::Body => "{body}".into(),
                Part::Checksum => "{CRC-32 of the body}".into(),
                Part::Fields => "{form fields}".into(),
                Part::Id => "{id}".into(),
                Part::Json(path) => alloc::format!("{{{}}}", path.join(".")),
                Part::Literal(text) => String::from(*text),
                Part::Secret => "{secret}".into(),
                Part::Timestamp => "{timestamp}".into(),
                Part::Url => "{url}".into(),
            })
            .collect()
    }

    /// Where the time of signing is, in words; `None` where the scheme has none.
    #[must_use]
    pub fn time_place(&self) -> Option<String> {
        self.timestamp.map(|timestamp| in_words(&timestamp.field))
    }

    /// Where the id of the event is, in words; `None` where the scheme has none.
    #[must_use]
    pub fn id_place(&self) -> Option<String> {
        self.id.map(|field| in_words(&field))
    }

    /// Where the type of the event is, in words; `None` where the scheme has none.
    #[must_use]
    pub fn type_place(&self) -> Option<String> {
        self.event_type.map(|field| in_words(&field))
    }
}

fn in_words(field: &Field) -> String {
    match field {
        Field::Claim(name) => alloc::format!("signed claim {name}"),
        Field::Header(name) => alloc::format!("header {name}"),
        Field::Item(key) => alloc::format!("item {key} of the signature header"),
        Field::Json(path) => alloc::format!("body member {}", path.join(".")),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Figma, Mailgun, Stripe};

    #[test]
    fn a_row_says_where_its_id_and_type_are() {
        assert_eq!(Stripe::SCHEME.id_place().as_deref(), Some("body member id"));
        assert_eq!(
            Mailgun::SCHEME.type_place().as_deref(),
            Some("body member event-data.event")
        );
        assert_eq!(Figma::SCHEME.id_place(), None);
        assert!(Figma::SCHEME.headers().is_empty());
    }
}
