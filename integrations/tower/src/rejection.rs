//! Refusals as HTTP responses.

use http::{HeaderValue, Response, StatusCode, header};
use webhook_door::Rejection;

/// The answer to a refused request: its status, an empty body, and the [`Rejection`] in the response's extensions. It is
/// logged here, once.
#[must_use]
pub fn refuse<B: Default>(rejection: Rejection) -> Response<B> {
    rejection.log();
    let mut response = Response::new(B::default());
    *response.status_mut() = status(&rejection);
    let headers = response.headers_mut();
    if let Some(allow) = rejection.allow()
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        headers.insert(header::ALLOW, allow);
    }
    if rejection.closes() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(after) = rejection.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
    }
    response.extensions_mut().insert(rejection);
    response
}

pub(crate) fn status(rejection: &Rejection) -> StatusCode {
    StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
