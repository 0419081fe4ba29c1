//! Requests that were captured: HTTP/1.1 text, and curl's command line.

use crate::support::{BODY, SECRET, call, call_with};

fn signed() -> Vec<String> {
    let answer = call_with(
        &["sign", "-p", "standard-webhooks", "--secret", SECRET],
        BODY.as_bytes(),
    );
    answer.stdout.lines().map(str::to_owned).collect()
}

fn verify(more: &[&str], input: &[u8]) -> i32 {
    let fixed = ["verify", "-p", "standard-webhooks", "--secret", SECRET];
    call_with(&[&fixed[..], more].concat(), input).status
}

#[test]
fn a_request_in_a_file_is_verified_with_either_line_end() {
    let headers = signed();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.http");
    for end in ["\r\n", "\n"] {
        let head = [
            &["POST /in HTTP/1.1".to_owned(), "Host: a.example".into()][..],
            &headers,
        ]
        .concat()
        .join(end);
        let text = format!("{head}{end}{end}{BODY}");
        std::fs::write(&file, &text).unwrap();
        assert_eq!(verify(&["--request", file.to_str().unwrap()], b""), 0);
        assert_eq!(verify(&["--request", "-"], text.as_bytes()), 0);
        let with_length = text.replacen(
            "Host: a.example",
            &format!("Host: a.example{end}Content-Length: {}", BODY.len()),
            1,
        ) + "\n";
        assert_eq!(verify(&["--request", "-"], with_length.as_bytes()), 0);
        assert_eq!(
            verify(&["--request", "-"], format!("{text} ").as_bytes()),
            1
        );
    }
}

#[test]
fn a_header_may_be_added_to_a_captured_request() {
    let headers = signed();
    let text = format!(
        "POST /in HTTP/1.1\n{}\n{}\n\n{BODY}",
        headers[0], headers[1]
    );
    assert_eq!(verify(&["--request", "-"], text.as_bytes()), 1);
    assert_eq!(
        verify(&["--request", "-", "-H", &headers[2]], text.as_bytes()),
        0
    );
}

#[test]
fn a_curl_command_line_is_verified_and_not_sent() {
    let headers = signed();
    let mut curl = vec!["--", "curl", "-sS", "-X", "POST", "http://127.0.0.1:1/in"];
    headers
        .iter()
        .for_each(|header| curl.extend(["-H", header]));
    assert_eq!(verify(&[&curl[..], &["--data-raw", BODY]].concat(), b""), 0);
    assert_eq!(verify(&[&curl[..], &["--data-raw", "{}"]].concat(), b""), 1);
}

#[test]
fn the_url_of_a_curl_command_is_the_one_that_was_signed() {
    let url = "https://shop.example.com/hooks";
    let header = call_with(
        &["sign", "-p", "square", "--secret", SECRET, "--url", url],
        b"{}",
    )
    .stdout;
    let call = |url: &str| {
        let answer = call(&[
            "verify",
            "-p",
            "square",
            "--secret",
            SECRET,
            "--",
            "curl",
            url,
            "-H",
            header.trim(),
            "-d",
            "{}",
        ]);
        answer.status
    };
    assert_eq!(call(url), 0);
    assert_eq!(call("https://shop.example.com/other"), 1);
}
