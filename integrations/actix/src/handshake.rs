//! Handshakes as HTTP responses.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use webhook_verify::{Challenge, ChallengeError, Judged, Verified};

/// The answer to what a provider asked, or the bare status of a question that may not be answered.
pub(crate) fn answer(asked: Result<Challenge, ChallengeError>) -> HttpResponse {
    match asked {
        Ok(challenge) => {
            let mut builder = HttpResponse::build(status(challenge.status()));
            for header in challenge.headers() {
                builder.append_header(header);
            }
            builder.body(challenge.body().to_vec())
        }
        Err(error) => {
            let status_code = error.status();
            tracing::debug!(target: "webhook::rejection", status = status_code, "{error}");
            HttpResponse::new(status(status_code))
        }
    }
}

/// The event, or the answer to a question that was signed like one.
pub(crate) fn event(verified: Verified) -> Result<Verified, Box<HttpResponse>> {
    match verified.classify() {
        Ok(Judged::Event(verified)) => Ok(verified),
        Ok(Judged::Challenge(challenge)) => Err(Box::new(answer(Ok(challenge)))),
        Ok(Judged::Visit(url)) => {
            tracing::warn!(target: "webhook::handshake", url, "open this address to confirm the subscription");
            Err(Box::new(HttpResponse::new(StatusCode::OK)))
        }
        Err(error) => Err(Box::new(answer(Err(error)))),
    }
}

fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use actix_web::body::to_bytes;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};
    use webhook_idempotency::{Inbox, MemoryStore, Namespace, Queue};
    use webhook_verify::{Message, Slack};

    use crate::Receive;

    #[actix_web::test]
    async fn a_signed_handshake_is_answered_and_not_stored_and_an_unsigned_one_is_refused() {
        let store = Arc::new(MemoryStore::new(10));
        let inbox = Inbox::new(store.clone(), "slack").unwrap();
        let receive = Receive::new(Slack::new("not-a-real-secret").unwrap(), inbox);
        let app = init_service(App::new().service(web::resource("/slack").to(receive))).await;
        let question = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
        let post = |signed: bool| {
            let mut request = TestRequest::post().uri("/slack").set_payload(question);
            let signer = Slack::signer("not-a-real-secret").unwrap();
            let headers = signer.sign(&Message::new(question)).unwrap();
            for header in headers.iter().filter(|_| signed) {
                request = request.append_header(header);
            }
            request.to_request()
        };

        let answered = call_service(&app, post(true)).await;
        assert_eq!(answered.status(), 200);
        assert_eq!(
            answered.headers().get("content-type").unwrap(),
            "text/plain; charset=utf-8"
        );
        assert_eq!(to_bytes(answered.into_body()).await.unwrap(), "3eZbrw1aB");
        assert_eq!(call_service(&app, post(false)).await.status(), 401);
        let stats = store.stats(&Namespace::queue("inbox").unwrap()).await;
        assert_eq!(stats.unwrap().total(), 0);
    }
}
