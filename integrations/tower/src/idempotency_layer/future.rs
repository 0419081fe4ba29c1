use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, response};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tokio::time::Sleep;
use tower_service::Service;
use webhook_idempotency::{Attempt, Entry, Guard, GuardKey, StoredResponse};

use super::body::GuardedBody;
use super::gather::{Gather, Gathered};
use super::rejection::IdempotencyRejection;
use super::service::{Known, Settings};

/// What tells a client that nothing was done now.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Calls to the store have no name, and are boxed: beside a disk or a network that costs nothing.
type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pin_project! {
    /// The response of [`Idempotency`](super::Idempotency).
    pub struct IdempotencyFuture<S, B, R>
    where
        S: Service<Request<Full<Bytes>>>,
        R: Body,
    {
        #[pin]
        state: State<S, B, R>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B, R>
    where
        S: Service<Request<Full<Bytes>>>,
        R: Body,
    {
        Reading {
            #[pin] body: B,
            #[pin] deadline: Sleep,
            limit: usize,
            gather: Gather,
            ready: Option<(S, Guard, Known, Parts)>,
        },
        Beginning { begin: Boxed<(Entry, GuardKey)>, ready: Option<(S, Request<Full<Bytes>>)> },
        Calling { #[pin] response: S::Future, running: Option<Running> },
        Answering { head: Option<response::Parts>, body: Option<Pin<Box<R>>>, gather: Gather, running: Option<Running> },
        Ending { end: Boxed<()>, answer: Option<Result<Response<GuardedBody<R>>, S::Error>> },
        Answered { answer: Option<Result<Response<GuardedBody<R>>, S::Error>> },
    }
}

/// A handler that runs under a lease.
struct Running {
    attempt: Attempt,
    key: GuardKey,
}

impl Running {
    fn is_lost(&mut self, cx: &mut Context<'_>) -> bool {
        self.attempt.poll_lost(cx).is_ready()
    }
}

impl<S, B, R> IdempotencyFuture<S, B, R>
where
    S: Service<Request<Full<Bytes>>>,
    R: Body,
{
    pub(super) fn reading(
        service: S,
        guard: Guard,
        settings: &Settings,
        known: Known,
        head: Parts,
        body: B,
    ) -> Self {
        Self {
            state: State::Reading {
                body,
                deadline: tokio::time::sleep(settings.body_deadline),
                limit: settings.body_limit,
                gather: Gather::default(),
                ready: Some((service, guard, known, head)),
            },
        }
    }

    pub(super) const fn answered(response: Response<GuardedBody<R>>) -> Self {
        Self {
            state: State::answer(response),
        }
    }
}

impl<S, B, R> State<S, B, R>
where
    S: Service<Request<Full<Bytes>>>,
    R: Body,
{
    const fn answer(response: Response<GuardedBody<R>>) -> Self {
        Self::Answered {
            answer: Some(Ok(response)),
        }
    }

    fn reject(rejection: IdempotencyRejection) -> Self {
        Self::answer(rejection.into_response())
    }

    /// Passes a request on that nothing guards, or asks the guard.
    fn begin(mut service: S, guard: Guard, known: Known, head: Parts, body: Bytes) -> Self {
        let key = match known {
            Known::Delivery(key) => Ok(*key),
            Known::Client { client, key } => {
                let target = head
                    .uri
                    .path_and_query()
                    .map_or("", |target| target.as_str());
                let parts = [head.method.as_str().as_bytes(), target.as_bytes(), &body];
                guard.client(&client, &key, &parts)
            }
            Known::Not => {
                return Self::Calling {
                    response: service.call(Request::from_parts(head, Full::new(body))),
                    running: None,
                };
            }
        };
        match key {
            Ok(key) => Self::Beginning {
                begin: Box::pin(async move { (guard.begin(&key).await, key) }),
                ready: Some((service, Request::from_parts(head, Full::new(body)))),
            },
            Err(refusal) => Self::reject(IdempotencyRejection::Guard(refusal)),
        }
    }

    fn enter(entry: Entry, key: GuardKey, mut service: S, request: Request<Full<Bytes>>) -> Self {
        let running = match entry {
            Entry::Began(attempt) => Some(Running { attempt, key }),
            Entry::Unguarded => None,
            Entry::Replayed(stored) => return Self::answer(replay(&stored)),
            Entry::Refused(refusal) => {
                return Self::reject(IdempotencyRejection::Guard(refusal));
            }
            // What a later guard says besides is no permission.
            _ => return Self::reject(IdempotencyRejection::Guard(key.lease_lost())),
        };
        Self::Calling {
            response: service.call(request),
            running,
        }
    }

    fn end(
        end: impl Future<Output = ()> + Send + 'static,
        answer: Result<Response<GuardedBody<R>>, S::Error>,
    ) -> Self {
        Self::Ending {
            end: Box::pin(end),
            answer: Some(answer),
        }
    }
}

/// What is stored of a response, whose body was read to its end or was too long.
fn stored(head: &response::Parts, body: Option<&Bytes>) -> StoredResponse {
    let status = head.status.as_u16();
    match body {
        Some(body) => {
            let headers = head.headers.iter();
            let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
            StoredResponse::new(status, headers, body.clone())
        }
        None => StoredResponse::bare(status),
    }
}

fn replay<R: Body>(stored: &StoredResponse) -> Response<GuardedBody<R>> {
    let mut response = Response::new(GuardedBody::whole(stored.body().clone(), None));
    *response.status_mut() = StatusCode::from_u16(stored.status()).unwrap_or_default();
    for (name, value) in stored.headers() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

impl<S, B, R> Future for IdempotencyFuture<S, B, R>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>>,
    B: Body,
    R: Body,
{
    type Output = Result<Response<GuardedBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Reading {
                    body,
                    deadline,
                    limit,
                    gather,
                    ready: waiting,
                } => match (gather.poll(body, *limit, cx), deadline.poll(cx)) {
                    (Poll::Ready(Gathered::Whole(body, _)), _) => match waiting.take() {
                        Some((service, guard, known, head)) => {
                            State::begin(service, guard, known, head, body)
                        }
                        None => State::Answered { answer: None },
                    },
                    (Poll::Ready(Gathered::Over(_)), _) => {
                        State::reject(IdempotencyRejection::BodyTooLarge { limit: *limit })
                    }
                    (Poll::Ready(Gathered::Broken(..)), _) => {
                        State::reject(IdempotencyRejection::BodyBroken)
                    }
                    (Poll::Pending, Poll::Ready(())) => {
                        State::reject(IdempotencyRejection::BodyTimeout)
                    }
                    (Poll::Pending, Poll::Pending) => return Poll::Pending,
                },
                StateProjection::Beginning {
                    begin,
                    ready: waiting,
                } => match (ready!(begin.as_mut().poll(cx)), waiting.take()) {
                    ((entry, key), Some((service, request))) => {
                        State::enter(entry, key, service, request)
                    }
                    (_, None) => State::Answered { answer: None },
                },
                StateProjection::Calling { response, running } => {
                    match (response.poll(cx), running.take()) {
                        (Poll::Ready(Ok(response)), Some(running)) => {
                            let (head, body) = response.into_parts();
                            State::Answering {
                                head: Some(head),
                                body: Some(Box::pin(body)),
                                gather: Gather::default(),
                                running: Some(running),
                            }
                        }
                        (Poll::Ready(Ok(response)), None) => {
                            let pass = |body| GuardedBody::streaming(Bytes::new(), Box::pin(body));
                            State::answer(response.map(pass))
                        }
                        (Poll::Ready(Err(error)), Some(running)) => {
                            let end = async { drop(running.attempt.release().await) };
                            State::end(end, Err(error))
                        }
                        (Poll::Ready(Err(error)), None) => return Poll::Ready(Err(error)),
                        (Poll::Pending, Some(mut still)) => {
                            if still.is_lost(cx) {
                                State::reject(IdempotencyRejection::Guard(still.key.lease_lost()))
                            } else {
                                *running = Some(still);
                                return Poll::Pending;
                            }
                        }
                        (Poll::Pending, None) => return Poll::Pending,
                    }
                }
                StateProjection::Answering {
                    head,
                    body,
                    gather,
                    running,
                } => {
                    let (Some(mut reading), Some(mut still)) = (body.take(), running.take()) else {
                        return Poll::Pending;
                    };
                    let limit = StoredResponse::MOST_BODY_BYTES;
                    let gathered = match gather.poll(reading.as_mut(), limit, cx) {
                        Poll::Ready(gathered) => gathered,
                        Poll::Pending if !still.is_lost(cx) => {
                            (*body, *running) = (Some(reading), Some(still));
                            return Poll::Pending;
                        }
                        Poll::Pending => {
                            let lost = still.key.lease_lost();
                            state.set(State::reject(IdempotencyRejection::Guard(lost)));
                            continue;
                        }
                    };
                    let Some(head) = head.take() else {
                        return Poll::Pending;
                    };
                    let (keep, body) = match gathered {
                        Gathered::Whole(bytes, trailers) => {
                            let keep = stored(&head, Some(&bytes));
                            (Some(keep), GuardedBody::whole(bytes, trailers))
                        }
                        Gathered::Over(first) => {
                            let keep = stored(&head, None);
                            (Some(keep), GuardedBody::streaming(first, reading))
                        }
                        // The peer sees it break at the same place.
                        Gathered::Broken(first, error) => (None, GuardedBody::broken(first, error)),
                    };
                    let attempt = still.attempt;
                    let end = async {
                        drop(match keep {
                            Some(keep) => attempt.finish(keep).await,
                            None => attempt.release().await,
                        });
                    };
                    State::end(end, Ok(Response::from_parts(head, body)))
                }
                StateProjection::Ending { end, answer } => {
                    ready!(end.as_mut().poll(cx));
                    State::Answered {
                        answer: answer.take(),
                    }
                }
                StateProjection::Answered { answer } => {
                    // Polled again after its end a future may do anything but panic; this one waits for ever.
                    return match answer.take() {
                        Some(answer) => Poll::Ready(answer),
                        None => Poll::Pending,
                    };
                }
            };
            state.set(next);
        }
    }
}

impl<S, B, R> fmt::Debug for IdempotencyFuture<S, B, R>
where
    S: Service<Request<Full<Bytes>>>,
    R: Body,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyFuture").finish_non_exhaustive()
    }
}
