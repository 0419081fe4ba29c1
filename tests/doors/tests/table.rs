//! One table through the bare function and every door, over real sockets: the same verdict, the same status, the same
//! bytes.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::time::Duration;

use webhook_doors::cases::{Case, cases};
use webhook_doors::routes::routes;
use webhook_doors::servers::{DOORS, RAN};
use webhook_doors::{http2, wire};

const PATIENCE: Duration = Duration::from_secs(10);

/// Collects what went wrong, so that one run shows all of it.
fn none_of(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_table_is_long_and_its_cases_have_names_of_their_own() {
    let cases = cases();
    assert!(cases.len() >= 200, "{}", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
    let threats: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| case.threats.iter().map(String::as_str))
        .collect();
    assert!(threats.len() >= 30, "{threats:?}");
}

#[test]
fn the_bare_function_gives_the_verdicts_of_the_table() {
    let routes = routes();
    let mut wrong = Vec::new();
    for case in cases() {
        let route = routes.iter().find(|route| route.path == case.path());
        let mut headers = case.headers();
        if let Some(length) = &case.announce {
            headers.push(("content-length", length.clone().into_bytes()));
        }
        let verdict = match &case.announce {
            Some(_) => route.unwrap().verifier.begin(headers).map(drop),
            None => route
                .unwrap()
                .verifier
                .verify(headers, case.body())
                .map(drop),
        };
        let status = verdict.map_or_else(|error| error.status(), |()| 200);
        if status != case.bare() {
            wrong.push(format!("{}: {status}, not {}", case.name, case.bare()));
        }
    }
    none_of(&wrong);
}

/// What is wrong with an answer, if anything.
fn judge(case: &Case, door: &str, status: u16, ran: bool, body: &[u8]) -> Option<String> {
    let expected = match case.status {
        200 => (200, true, case.content()),
        status => (status, false, Vec::new()),
    };
    let got = (status, ran, body.to_vec());
    (got != expected).then(|| {
        format!(
            "{door}: {}: {status}, handler {ran}, {} bytes {:?}; not {}",
            case.name,
            body.len(),
            String::from_utf8_lossy(&body[..body.len().min(60)]),
            case.status
        )
    })
}

#[test]
fn every_door_gives_the_same_answer_over_http_1() {
    let mut wrong = Vec::new();
    for (name, start) in DOORS {
        let server = start(routes());
        for case in cases() {
            let answer = wire::exchange(server, &wire::http1(&case), PATIENCE);
            let ran = answer.head.contains(RAN);
            wrong.extend(judge(&case, name, answer.status, ran, &answer.body));
        }
    }
    none_of(&wrong);
}

#[tokio::test]
async fn every_door_gives_the_same_answer_over_http_2() {
    let mut wrong = Vec::new();
    for (name, start) in DOORS {
        let server = start(routes());
        let mut sender = http2::connect(server).await;
        for case in cases().into_iter().filter(|case| !case.only_http1) {
            if sender.is_closed() {
                sender = http2::connect(server).await;
            }
            let (status, body, ran) = http2::exchange(&mut sender, &case).await;
            wrong.extend(judge(&case, name, status, ran, &body));
        }
    }
    none_of(&wrong);
}
