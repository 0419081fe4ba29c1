//! Refusals as actix-web errors and responses.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use webhook_door::Rejection;

/// A [`Rejection`] as an error of actix-web: a status and an empty body for the peer. The response has the [`Rejection`] in
/// its extensions.
#[derive(Clone)]
pub struct Refused {
    rejection: Rejection,
    unread: Rc<Cell<Option<Payload>>>,
}

impl Refused {
    /// `unread` is what was not read of the body. A payload that is dropped is drained by the server, for as long as its
    /// sender goes on; one that is still there when the response is written makes it close the connection.
    pub(crate) fn new(rejection: Rejection, unread: Payload) -> Self {
        Self {
            rejection,
            unread: Rc::new(Cell::new(Some(unread))),
        }
    }

    /// Why.
    #[must_use]
    pub const fn rejection(&self) -> &Rejection {
        &self.rejection
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused").field(&self.rejection).finish()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rejection.fmt(f)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.rejection.source()
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let rejection = &self.rejection;
        rejection.log();
        let mut builder = HttpResponse::build(self.status_code());
        if let Some(allow) = rejection.allow()
            && let Ok(allow) = HeaderValue::from_str(allow)
        {
            builder.insert_header((header::ALLOW, allow));
        }
        if let Some(after) = rejection.retry_after() {
            builder.insert_header((header::RETRY_AFTER, after.as_secs()));
        }
        if rejection.closes() {
            builder.force_close();
        }
        let mut response = builder.finish();
        response.extensions_mut().insert(rejection.clone());
        if let Some(unread) = self.unread.take() {
            response.extensions_mut().insert(unread);
        }
        response
    }
}
