//! Handshakes as HTTP responses.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use webhook_verify::{Challenge, ChallengeError, Judged, Verified};

/// The answer to what a provider asked, or the bare status of a question that may not be answered.
pub(crate) fn answer(asked: Result<Challenge, ChallengeError>) -> Response<Full<Bytes>> {
    match asked {
        Ok(challenge) => {
            let body = Bytes::copy_from_slice(challenge.body());
            let mut response = bare(challenge.status(), Full::new(body));
            for (name, value) in challenge.headers() {
                // Neither fails: the names are constants, and no value has a line break.
                if let (Ok(name), Ok(value)) =
                    (HeaderName::try_from(name), HeaderValue::from_str(value))
                {
                    response.headers_mut().append(name, value);
                }
            }
            response
        }
        Err(error) => {
            let status = error.status();
            tracing::debug!(target: "webhook::rejection", status, "{error}");
            bare(status, Full::default())
        }
    }
}

/// The event, or the answer to a question that was signed like one.
pub(crate) fn event(verified: Verified) -> Result<Verified, Box<Response<Full<Bytes>>>> {
    match verified.classify() {
        Ok(Judged::Event(verified)) => Ok(verified),
        Ok(Judged::Challenge(challenge)) => Err(Box::new(answer(Ok(challenge)))),
        Ok(Judged::Visit(url)) => {
            tracing::warn!(target: "webhook::handshake", url, "open this address to confirm the subscription");
            Err(Box::new(bare(200, Full::default())))
        }
        Err(error) => Err(Box::new(answer(Err(error)))),
    }
}

fn bare(status: u16, body: Full<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
