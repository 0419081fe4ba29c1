//! The signed content: the row's parts with a request's values in them.

use crate::scheme::{Part, Path, Scheme};

/// The parts of a scheme, and the URL that the user gave for it.
#[derive(Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) url: &'a str,
}

/// What a request or a message puts into the parts.
pub(crate) trait Values {
    fn id(&self) -> &[u8];
    fn timestamp(&self) -> &[u8];
    fn json(&self, path: Path) -> &[u8];
}

impl Content<'_> {
    /// All of it, in its order, with that body.
    #[inline]
    pub(crate) fn all(
        self,
        values: &impl Values,
        secret: &[u8],
        body: &[u8],
        mut feed: impl FnMut(&[u8]),
    ) {
        for part in self.scheme.content {
            match part {
                Part::Body => feed(body),
                part => feed(self.piece(part, values, secret)),
            }
        }
    }

    pub(crate) fn before_body(
        self,
        values: &impl Values,
        secret: &[u8],
        mut feed: impl FnMut(&[u8]),
    ) {
        let before = self.scheme.content.iter();
        for part in before.take_while(|part| !matches!(part, Part::Body)) {
            feed(self.piece(part, values, secret));
        }
    }

    pub(crate) fn after_body(
        self,
        values: &impl Values,
        secret: &[u8],
        mut feed: impl FnMut(&[u8]),
    ) {
        let from_body = self.scheme.content.iter();
        let from_body = from_body.skip_while(|part| !matches!(part, Part::Body));
        for part in from_body.skip(1) {
            feed(self.piece(part, values, secret));
        }
    }

    #[inline]
    fn piece<'p>(self, part: &Part, values: &'p impl Values, secret: &'p [u8]) -> &'p [u8]
    where
        Self: 'p,
    {
        match part {
            Part::Body | Part::Checksum | Part::Fields => b"",
            Part::Id => values.id(),
            Part::Json(path) => values.json(path),
            Part::Literal(text) => text.as_bytes(),
            Part::Secret => secret,
            Part::Timestamp => values.timestamp(),
            Part::Url => self.url.as_bytes(),
        }
    }
}
