use std::time::{Duration, Instant};

use webhook_verify::{GitHub, Line, Message, Provider, Sentry, Stripe, TwilioJson, VerifyError};

use super::*;

const SECRET: &str = "not-a-real-secret";
const BODY: &[u8] = b"one body";

fn github() -> GitHub {
    GitHub::new(SECRET).unwrap()
}

/// The headers of a good signature of `body`, and these.
fn signed(body: &[u8], more: &[(&str, &str)]) -> Vec<(String, String)> {
    let headers = GitHub::signer(SECRET)
        .unwrap()
        .sign(&Message::new(body).event_type("push").id("1"))
        .unwrap();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    headers.chain(more).collect()
}

fn begin(
    intake: &Intake,
    method: &str,
    headers: &[(String, String)],
    now: Instant,
) -> Result<Reading, Rejection> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    let head = Head {
        method,
        target: "/",
        headers,
    };
    intake.begin(&github(), head, now)
}

fn status(intake: &Intake, method: &str, more: &[(&str, &str)]) -> u16 {
    match begin(intake, method, &signed(BODY, more), Instant::now()) {
        Ok(_) => 200,
        Err(rejection) => rejection.status(),
    }
}

/// Twilio's own example of a signature over a URL with the hash of a JSON body in its query.
#[test]
fn a_scheme_that_signs_the_query_is_given_the_target_of_the_request() {
    let twilio = TwilioJson::new("12345", "https://mycompany.com/myapp.php?foo=1&bar=2").unwrap();
    let target = "/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let status = |target| {
        let head = Head {
            method: "POST",
            target,
            headers: [("x-twilio-signature", "a9nBmqA0ju/hNViExpshrM61xv4=")],
        };
        let mut reading = match Intake::new().begin(&twilio, head, Instant::now()) {
            Ok(reading) => reading,
            Err(rejection) => return rejection.status(),
        };
        let body = r#"{"property": "value", "boolean": true}"#;
        reading.chunk(body.into(), Instant::now()).unwrap();
        match reading.finish() {
            Ok(_) => 200,
            Err(rejection) => rejection.status(),
        }
    };
    assert_eq!(status(target), 200);
    assert_eq!(status(&target.replace("6620", "6621")), 401);
}

#[test]
fn only_post_is_taken_unless_others_are_named() {
    for method in [
        "GET",
        "PUT",
        "HEAD",
        "DELETE",
        "OPTIONS",
        "post",
        "",
        "POST, PUT",
    ] {
        assert_eq!(status(&Intake::new(), method, &[]), 405, "{method}");
    }
    let both = Intake::new().methods(["POST", "PUT"]);
    assert_eq!(status(&both, "PUT", &[]), 200);
    let refused = begin(&both, "GET", &[], Instant::now()).unwrap_err();
    assert_eq!(refused.allow(), Some("POST, PUT"));
}

#[test]
fn a_type_is_looked_at_only_where_types_are_named() {
    for content_type in ["application/json", "text/plain", "a", ""] {
        let headers = [("content-type", content_type)];
        assert_eq!(status(&Intake::new(), "POST", &headers), 200);
    }
    let json = Intake::new().content_types(["application/json"]);
    for (content_type, expected) in [
        ("application/json", 200),
        ("Application/JSON ; charset=utf-8", 200),
        ("application/json5", 415),
        ("text/json", 415),
        ("", 415),
    ] {
        let headers = [("Content-Type", content_type)];
        assert_eq!(status(&json, "POST", &headers), expected, "{content_type}");
    }
    assert_eq!(status(&json, "POST", &[]), 415);
    let twice = [("content-type", "application/json"); 2];
    assert_eq!(status(&json, "POST", &twice), 415);
}

#[test]
fn a_compressed_body_is_refused_by_its_name() {
    for (coding, expected) in [
        ("gzip", 415),
        ("x-gzip", 415),
        ("deflate", 415),
        ("br", 415),
        ("zstd", 415),
        ("gzip, identity", 415),
        ("identity", 200),
        ("", 200),
    ] {
        let headers = [("content-encoding", coding)];
        assert_eq!(
            status(&Intake::new(), "POST", &headers),
            expected,
            "{coding}"
        );
    }
}

#[test]
fn a_missing_signature_is_seen_before_the_body() {
    let refused = begin(&Intake::new(), "POST", &[], Instant::now()).unwrap_err();
    assert!(matches!(
        refused.reason(),
        Reason::Verify(VerifyError::MissingHeader { .. })
    ));
    assert_eq!(refused.status(), 401);
}

#[test]
fn a_body_has_a_rate_and_an_end() {
    let now = Instant::now();
    let second = Duration::from_secs(1);
    let intake = Intake::new().answer_within(second * 60);
    let mut reading = begin(&intake, "POST", &signed(&[0; 4096], &[]), now).unwrap();
    assert_eq!(reading.due(), now + second * 2);
    reading.chunk(vec![0; 1_024].into(), now + second).unwrap();
    assert_eq!(reading.due(), now + second * 3);
    reading
        .chunk(
            vec![0; 2_048].into(),
            now + second * 3 - Duration::from_nanos(1),
        )
        .unwrap();
    assert_eq!(reading.due(), now + second * 5);
    let late = reading
        .chunk(vec![0; 1_024].into(), now + second * 5)
        .unwrap_err();
    assert!(matches!(late.reason(), Reason::BodyTimeout));
    assert_eq!((late.status(), late.closes()), (408, true));
}

#[test]
fn no_rate_buys_more_than_the_deadline() {
    let now = Instant::now();
    let intake = Intake::new().answer_within(Duration::from_secs(60));
    let mut reading = begin(&intake, "POST", &signed(BODY, &[]), now).unwrap();
    reading.chunk(vec![0; 1_000_000].into(), now).unwrap();
    assert_eq!(reading.due(), now + Duration::from_secs(10));
}

#[test]
fn a_request_is_answered_before_its_provider_hangs_up() {
    fn time<P: Provider>(intake: &Intake, provider: &P) -> Duration {
        intake.time_for(provider.verifier().scheme().delivery())
    }
    let intake = Intake::new();
    for (waits, provider) in [
        (8_000, github().verifier().clone()),
        (800, Sentry::new(SECRET).unwrap().into()),
        (1_600, Line::new(SECRET).unwrap().into()),
        // It does not say.
        (12_000, Stripe::new(SECRET).unwrap().into()),
    ] {
        assert_eq!(time(&intake, &provider), Duration::from_millis(waits));
    }
    let now = Instant::now();
    let mut reading = begin(&intake, "POST", &signed(BODY, &[]), now).unwrap();
    reading.chunk(BODY.into(), now).unwrap();
    let arrived = reading.finish().unwrap();
    assert_eq!(
        arrived.time_left(now + Duration::from_secs(3)),
        Duration::from_secs(5)
    );
    assert_eq!(
        arrived.time_left(now + Duration::from_secs(30)),
        Duration::ZERO
    );
}

#[test]
fn a_body_in_shreds_is_given_up_early_and_one_in_large_pieces_is_not() {
    let now = Instant::now();
    let mut reading = begin(&Intake::new(), "POST", &signed(BODY, &[]), now).unwrap();
    let mut taken = 0;
    let refused = loop {
        match reading.chunk(b"x"[..].into(), now) {
            Ok(()) => taken += 1,
            Err(rejection) => break rejection,
        }
    };
    assert_eq!(taken, 1_040);
    assert!(matches!(refused.reason(), Reason::BodyInShreds));
    assert_eq!(refused.status(), 413);

    let mut reading = begin(&Intake::new(), "POST", &signed(BODY, &[]), now).unwrap();
    for _ in 0..16 * 1024 {
        reading.chunk(vec![0; 64].into(), now).unwrap();
    }
}

#[test]
fn empty_chunks_count_too() {
    let now = Instant::now();
    let mut reading = begin(&Intake::new(), "POST", &signed(BODY, &[]), now).unwrap();
    let taken = (0..10_000)
        .take_while(|_| reading.chunk([][..].into(), now).is_ok())
        .count();
    assert_eq!(taken, 1_024);
}

#[test]
fn bodies_are_counted_against_the_budget_as_they_arrive_and_until_they_are_answered() {
    let now = Instant::now();
    let budget = Budget::new(100);
    let intake = Intake::new().budget(&budget);
    let headers = signed(&[0; 60], &[("content-length", "60")]);
    let mut first = begin(&intake, "POST", &headers, now).unwrap();
    assert_eq!(budget.spent(), 0);
    first.chunk(vec![0; 60].into(), now).unwrap();
    assert_eq!(budget.spent(), 60);

    let mut second = begin(&intake, "POST", &headers, now).unwrap();
    let refused = second.chunk(vec![0; 60].into(), now).unwrap_err();
    assert!(matches!(refused.reason(), Reason::Overloaded));
    assert_eq!(
        (refused.status(), refused.retry_after()),
        (503, Some(Duration::from_secs(5)))
    );

    let (verified, reservation) = first.finish().unwrap().into_parts();
    assert_eq!(budget.spent(), 60);
    drop((verified, reservation));
    assert_eq!(budget.spent(), 0);
}

#[test]
fn a_spent_budget_refuses_at_the_head_but_only_those_who_might_get_in() {
    let now = Instant::now();
    let budget = Budget::new(8);
    let intake = Intake::new().budget(&budget);
    let mut first = begin(&intake, "POST", &signed(BODY, &[]), now).unwrap();
    first.chunk(BODY.into(), now).unwrap();
    assert_eq!(status(&intake, "POST", &[]), 503);
    assert_eq!(begin(&intake, "POST", &[], now).unwrap_err().status(), 401);
}

#[test]
fn a_body_over_its_limit_is_not_the_budget_s_fault() {
    let now = Instant::now();
    let budget = Budget::new(10);
    let shop = GitHub::builder()
        .secret("current", SECRET)
        .body_limit(4)
        .build()
        .unwrap();
    let headers = signed(&[0; 20], &[]);
    let head = Head {
        method: "POST",
        target: "/",
        headers: headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes())),
    };
    let mut reading = Intake::new()
        .budget(&budget)
        .begin(&shop, head, now)
        .unwrap();
    let refused = reading.chunk(vec![0; 20].into(), now).unwrap_err();
    assert_eq!(refused.status(), 413);
    assert_eq!(budget.spent(), 0);
}

#[cfg(feature = "inflate")]
mod inflate {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;
    use crate::Arrived;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn read(intake: &Intake, coding: &str, wire: &[u8]) -> Result<Arrived, Rejection> {
        let now = Instant::now();
        let headers = signed(wire, &[("content-encoding", coding)]);
        let mut reading = begin(intake, "POST", &headers, now)?;
        reading.chunk(wire.to_vec().into(), now)?;
        reading.finish()
    }

    #[test]
    fn what_was_verified_is_what_came_and_what_is_read_is_what_was_meant() {
        let intake = Intake::new().inflate(1024);
        let wire = gzip(BODY);
        for coding in ["gzip", "X-GZIP", " gzip "] {
            let arrived = read(&intake, coding, &wire).unwrap();
            assert_eq!(arrived.verified().body(), wire);
            assert_eq!(arrived.content(), BODY);
            assert!(arrived.is_inflated());
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(BODY).unwrap();
        let arrived = read(&intake, "deflate", &encoder.finish().unwrap()).unwrap();
        assert_eq!(arrived.content(), BODY);
        let arrived = read(&intake, "identity", BODY).unwrap();
        assert!(!arrived.is_inflated());
        assert_eq!(arrived.content(), BODY);
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit_and_damage_is_400() {
        let intake = Intake::new().inflate(64 * 1024);
        let at_limit = gzip(&vec![0; 64 * 1024]);
        assert_eq!(
            read(&intake, "gzip", &at_limit).unwrap().content().len(),
            65_536
        );
        let bomb = gzip(&vec![0; 64 * 1024 + 1]);
        assert_eq!(read(&intake, "gzip", &bomb).unwrap_err().status(), 413);
        assert_eq!(read(&intake, "gzip", BODY).unwrap_err().status(), 400);
        let cut = &at_limit[..at_limit.len() - 9];
        assert_eq!(read(&intake, "gzip", cut).unwrap_err().status(), 400);
        for coding in ["br", "gzip, gzip"] {
            assert_eq!(read(&intake, coding, &bomb).unwrap_err().status(), 415);
        }
    }

    #[test]
    fn nothing_is_decompressed_for_those_who_did_not_sign() {
        let now = Instant::now();
        let intake = Intake::new().inflate(1024);
        let headers = signed(b"another", &[("content-encoding", "gzip")]);
        let mut reading = begin(&intake, "POST", &headers, now).unwrap();
        reading.chunk(b"not gzip"[..].into(), now).unwrap();
        assert_eq!(reading.finish().unwrap_err().status(), 401);
    }

    #[test]
    fn what_is_decompressed_counts_against_the_budget() {
        let budget = Budget::new(20_000);
        let intake = Intake::new().inflate(1_000_000).budget(&budget);
        let refused = read(&intake, "gzip", &gzip(&vec![0; 100_000])).unwrap_err();
        assert_eq!(refused.status(), 503);
        assert_eq!(budget.spent(), 0);
    }
}
