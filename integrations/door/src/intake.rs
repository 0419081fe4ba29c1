//! The policy of a door.

use std::sync::Arc;
use std::time::{Duration, Instant};

use webhook_verify::{Delivery, Provider, Verifier};

use crate::budget::Budget;
use crate::coding::Coding;
use crate::head::Head;
use crate::pace::{Pace, after};
use crate::reading::Reading;
use crate::rejection::{Reason, Rejection};
use crate::request_line::with_line;

/// What a provider that does not say how long it waits is taken to wait.
const USUAL_ACK_DEADLINE: Duration = Duration::from_secs(15);

/// Which requests a door takes, and in what time. Every door has one; make one of your own to change it.
///
/// | | unless given |
/// |---|---|
/// | [`methods`](Self::methods) | `POST` |
/// | [`content_types`](Self::content_types) | any |
/// | `Content-Encoding` | refused, but for `identity` |
/// | [`body_deadline`](Self::body_deadline) | 10 s |
/// | [`minimum_rate`](Self::minimum_rate) | 1 KiB/s, asked for after 2 s |
/// | [`budget`](Self::budget) | 64 MiB for all doors of the process |
/// | [`answer_within`](Self::answer_within) | four fifths of what the provider waits; 12 s where it does not say |
/// | length of a body | [`Verifier::body_limit`](webhook_verify::Verifier::body_limit) |
/// | pieces of a body | 1,024, and one more for each 64 bytes |
///
/// All of it is judged before one byte of the body is read, as far as the head tells; so are the headers that the
/// verifier needs.
#[derive(Clone, Debug)]
#[must_use]
pub struct Intake {
    /// As the value of `Allow`.
    methods: Arc<str>,
    content_types: Option<Arc<[Box<str>]>>,
    body_deadline: Duration,
    rate: u32,
    grace: Duration,
    budget: Budget,
    answer_within: Option<Duration>,
    #[cfg(feature = "inflate")]
    inflate: Option<usize>,
}

impl Default for Intake {
    fn default() -> Self {
        Self::new()
    }
}

impl Intake {
    /// The policy above.
    pub fn new() -> Self {
        Self {
            methods: "POST".into(),
            content_types: None,
            body_deadline: Duration::from_secs(10),
            rate: 1_024,
            grace: Duration::from_secs(2),
            budget: Budget::of_this_process(),
            answer_within: None,
            #[cfg(feature = "inflate")]
            inflate: None,
        }
    }

    /// Takes these methods and no others, in capitals: `["POST", "PUT"]`. Everything else is 405.
    pub fn methods<'a>(mut self, methods: impl IntoIterator<Item = &'a str>) -> Self {
        let methods: Vec<&str> = methods.into_iter().collect();
        self.methods = methods.join(", ").into();
        self
    }

    /// Takes bodies of these types and no others: `["application/json"]`. Parameters, such as a charset, are not looked
    /// at. Everything else is 415, and so is a body without a type.
    pub fn content_types<'a>(mut self, types: impl IntoIterator<Item = &'a str>) -> Self {
        self.content_types = Some(types.into_iter().map(Box::from).collect());
        self
    }

    /// How long a body may take to arrive, before it is 408.
    pub const fn body_deadline(mut self, deadline: Duration) -> Self {
        self.body_deadline = deadline;
        self
    }

    /// How many bytes a second a body must bring from `after` on, before it is 408. Zero asks for nothing.
    pub const fn minimum_rate(mut self, bytes_per_second: u32, after: Duration) -> Self {
        self.rate = bytes_per_second;
        self.grace = after;
        self
    }

    /// Counts bodies against this budget, which others may share.
    pub fn budget(mut self, budget: &Budget) -> Self {
        self.budget = budget.clone();
        self
    }

    /// By when a request must be answered, counted from its head: what is not read by then is 408, and what is not stored
    /// by then is the provider's status for "send it again". Below the time that the provider waits, so that it hears our
    /// answer rather than nothing.
    pub const fn answer_within(mut self, deadline: Duration) -> Self {
        self.answer_within = Some(deadline);
        self
    }

    /// Takes bodies under `Content-Encoding: gzip` or `deflate`, and decompresses them to at most so many bytes *after*
    /// they were verified as they came: it is the compressed bytes that a sender signs. Longer is 413, damaged is 400.
    #[cfg(feature = "inflate")]
    pub const fn inflate(mut self, limit: usize) -> Self {
        self.inflate = Some(limit);
        self
    }

    /// Takes no compressed bodies, for doors that pass on what was signed and nothing else.
    #[cfg_attr(not(feature = "inflate"), allow(unused_mut))]
    pub const fn verbatim(mut self) -> Self {
        #[cfg(feature = "inflate")]
        {
            self.inflate = None;
        }
        self
    }

    /// Judges the head of a request that was received now. Read nothing of the body if this fails: then no
    /// `100 Continue` was asked for either.
    ///
    /// # Errors
    /// [`Rejection`], with the answer for the peer.
    pub fn begin<H, K, V>(
        &self,
        provider: &impl Provider,
        head: Head<'_, H>,
        now: Instant,
    ) -> Result<Reading, Rejection>
    where
        H: IntoIterator<Item = (K, V)> + Clone,
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        self.resume(provider.verifier(), head, now, now)
    }

    /// What can be refused before it is known whose request it is.
    pub(crate) fn screen<H, K, V>(
        &self,
        head: &Head<'_, H>,
        delivery: &Delivery,
    ) -> Result<Coding, Rejection>
    where
        H: IntoIterator<Item = (K, V)> + Clone,
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        if !self.takes_method(head.method) {
            return Err(Rejection::method(delivery, Arc::clone(&self.methods)));
        }
        self.judge_content(head.headers.clone())
            .map_err(|reason| Rejection::new(reason, delivery))
    }

    /// Judges the head of a request that was received a while ago and whose body is read from now on.
    pub(crate) fn resume<H, K, V>(
        &self,
        verifier: &Verifier,
        head: Head<'_, H>,
        received: Instant,
        now: Instant,
    ) -> Result<Reading, Rejection>
    where
        H: IntoIterator<Item = (K, V)> + Clone,
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let delivery = verifier.scheme().delivery();
        let coding = self.screen(&head, delivery)?;
        let verification = verifier
            .begin(with_line(head.method, head.target, head.headers))
            .map_err(|error| Rejection::new(Reason::Verify(error), delivery))?;
        if self.budget.spent() >= self.budget.limit() {
            return Err(Rejection::new(Reason::Overloaded, delivery));
        }
        let answer_by = after(received, self.time_for(delivery));
        let pace = Pace {
            began: now,
            end: after(now, self.body_deadline).min(answer_by),
            rate: self.rate,
            grace: self.grace,
        };
        Ok(Reading::new(
            verification,
            verifier.body_limit(),
            pace,
            self.budget.reservation(),
            coding,
            self.inflate_limit(),
            answer_by,
            *delivery,
        ))
    }

    fn takes_method(&self, method: &str) -> bool {
        self.methods.split(", ").any(|taken| taken == method)
    }

    fn judge_content<K, V>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Coding, Reason>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let mut coding = Coding::Identity;
        let mut typed = false;
        for (name, value) in headers {
            let (name, value) = (name.as_ref(), value.as_ref());
            if name.eq_ignore_ascii_case("content-encoding") {
                coding = coding.and(value);
            } else if name.eq_ignore_ascii_case("content-type") {
                if typed || !self.takes_type(value) {
                    return Err(Reason::ContentType);
                }
                typed = true;
            }
        }
        if !typed && self.content_types.is_some() {
            return Err(Reason::ContentType);
        }
        match (coding, self.inflate_limit()) {
            (Coding::Other, _) | (_, None) if coding != Coding::Identity => {
                Err(Reason::ContentEncoding)
            }
            (coding, _) => Ok(coding),
        }
    }

    fn takes_type(&self, value: &[u8]) -> bool {
        let Some(types) = &self.content_types else {
            return true;
        };
        let essence = value.split(|byte| *byte == b';').next();
        let essence = essence.unwrap_or_default().trim_ascii();
        types
            .iter()
            .any(|taken| taken.as_bytes().eq_ignore_ascii_case(essence))
    }

    fn time_for(&self, delivery: &Delivery) -> Duration {
        let waits = delivery.ack_deadline.unwrap_or(USUAL_ACK_DEADLINE);
        self.answer_within.unwrap_or(waits / 5 * 4)
    }

    #[cfg(feature = "inflate")]
    const fn inflate_limit(&self) -> Option<usize> {
        self.inflate
    }

    #[cfg(not(feature = "inflate"))]
    #[allow(clippy::unused_self)]
    const fn inflate_limit(&self) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests;
