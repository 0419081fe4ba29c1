//! Route parameters, for services that stand behind no router or behind one that keeps them to itself.

use std::borrow::Cow;

/// A path with names in braces for some of its segments.
#[derive(Debug, Default)]
pub(super) struct Route {
    segments: Vec<Segment>,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    Named(String),
}

impl Route {
    pub(super) fn new(template: &str) -> Self {
        let segments = template.split('/').map(|segment| {
            match segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(name) => Segment::Named(name.to_owned()),
                None => Segment::Fixed(segment.to_owned()),
            }
        });
        Self {
            segments: segments.collect(),
        }
    }

    /// The parameters of a path, percent-decoded; none if it does not match or decodes to what is not text.
    pub(super) fn params<'a>(&'a self, path: &'a str) -> Vec<(&'a str, Cow<'a, str>)> {
        let mut params = Vec::new();
        let mut wanted = self.segments.iter();
        for segment in path.split('/') {
            match wanted.next() {
                Some(Segment::Fixed(text)) if text == segment => {}
                Some(Segment::Named(name)) => match decoded(segment) {
                    Some(value) if !value.is_empty() => params.push((&**name, value)),
                    _ => return Vec::new(),
                },
                _ => return Vec::new(),
            }
        }
        match wanted.next() {
            None => params,
            Some(_) => Vec::new(),
        }
    }
}

fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    loop {
        match rest {
            [] => return String::from_utf8(bytes).ok().map(Cow::Owned),
            [b'%', high, low, behind @ ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let value = digit(high)? * 16 + digit(low)?;
                bytes.push(u8::try_from(value).ok()?);
                rest = behind;
            }
            [b'%', ..] => return None,
            [byte, behind @ ..] => {
                bytes.push(*byte);
                rest = behind;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(template: &str, path: &str) -> Vec<(String, String)> {
        Route::new(template)
            .params(path)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into_owned()))
            .collect()
    }

    #[test]
    fn a_path_of_the_same_shape_gives_its_parameters_and_any_other_gives_none() {
        let found = |path| params("/hooks/{account}/github", path);
        assert_eq!(
            found("/hooks/acme/github"),
            [("account".into(), "acme".into())]
        );
        assert_eq!(
            found("/hooks/a%2Fb%20c/github"),
            [("account".into(), "a/b c".into())]
        );
        for other in [
            "/hooks/acme",
            "/hooks/acme/github/",
            "/hooks/acme/gitlab",
            "/hooks//github",
            "/hooks/%ff/github",
            "/hooks/%4/github",
            "/hooks/%zz/github",
            "/",
            "",
        ] {
            assert_eq!(found(other), [], "{other}");
        }
        assert_eq!(Route::default().params("/hooks/acme"), []);
    }
}
