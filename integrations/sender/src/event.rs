//! An event of the program's own, about to be sent.

use std::error::Error;
use std::fmt;

use bytes::Bytes;

/// The most bytes that an id or an event type may have.
const LONGEST: usize = 200;

/// An event of the program's own, to be sent to one endpoint.
///
/// The bytes of the payload are stored, signed and sent exactly as given; nothing reads or rewrites them.
#[derive(Clone)]
pub struct OutgoingEvent {
    id: String,
    event_type: String,
    payload: Bytes,
}

impl OutgoingEvent {
    /// An event under an id of the caller's choice, which every attempt carries and by which receivers know it again.
    ///
    /// The id has 1 to 200 visible ASCII characters and no dot: the signed text is cut at the first one. The event type
    /// has 1 to 200 visible ASCII characters.
    ///
    /// # Errors
    /// [`EventError`] if the id or the type has other characters or too many.
    pub fn new(
        id: impl Into<String>,
        event_type: impl Into<String>,
        payload: impl Into<Bytes>,
    ) -> Result<Self, EventError> {
        let (id, event_type) = (id.into(), event_type.into());
        if !visible(&id) || id.contains('.') {
            return Err(EventError::Id);
        }
        if !visible(&event_type) {
            return Err(EventError::EventType);
        }
        Ok(Self {
            id,
            event_type,
            payload: payload.into(),
        })
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The event type.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The payload.
    #[must_use]
    pub const fn payload(&self) -> &Bytes {
        &self.payload
    }
}

fn visible(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

impl fmt::Debug for OutgoingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingEvent")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

/// What is wrong with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// The event type.
    EventType,
    /// The id.
    Id,
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventType => "the event type must have 1 to 200 visible ASCII characters",
            Self::Id => "the event id must have 1 to 200 visible ASCII characters and no dot",
        })
    }
}

impl Error for EventError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_visible_ascii_without_a_dot() {
        let longest = "a".repeat(200);
        for id in ["a", "evt_1", "0b6d7a7e-2f0c-4c53", "a:b/c~!", &longest] {
            assert_eq!(OutgoingEvent::new(id, "t", "").unwrap().id(), id);
        }
        let too_long = "a".repeat(201);
        for id in [
            "",
            "a.b",
            ".",
            "a b",
            "a\n",
            "a\r\nx: y",
            "\0",
            "é",
            "a\u{7f}",
            &too_long,
        ] {
            assert_eq!(
                OutgoingEvent::new(id, "t", "").unwrap_err(),
                EventError::Id,
                "{id:?}"
            );
        }
    }

    #[test]
    fn an_event_type_is_visible_ascii() {
        assert_eq!(
            OutgoingEvent::new("a", "invoice.paid", "")
                .unwrap()
                .event_type(),
            "invoice.paid"
        );
        for event_type in ["", "a b", "a\r\n", "é"] {
            assert_eq!(
                OutgoingEvent::new("a", event_type, "").unwrap_err(),
                EventError::EventType,
                "{event_type:?}"
            );
        }
    }

    #[test]
    fn debug_shows_no_payload() {
        let event = OutgoingEvent::new("evt_1", "t", "fake-card-number").unwrap();
        assert_eq!(
            format!("{event:?}"),
            "OutgoingEvent { id: \"evt_1\", event_type: \"t\", payload_bytes: 16 }"
        );
    }
}
