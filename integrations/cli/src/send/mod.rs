//! `webhookctl send`: sign and post, once or many times, and say how it was answered.

mod bar;
mod pace;
mod tally;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::task::JoinSet;
use webhook_sender::Client;
use webhook_verify::{Clock as _, Scheme, Signer, SystemClock, UnixTime};

use self::bar::Bar;
use self::pace::Pace;
use self::tally::{Outcome, Tally};
use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::secrets::Secrets;
use crate::sign::{self, MessageArgs};
use crate::target::{self, Target};
use crate::{body, names, numbers};

/// Sign a body and post it; again and again with --repeat.
///
/// Each repetition is signed anew, under an id of its own unless --id is given. Exits with 1 unless every answer is a 2xx.
#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// Where to post: https, or http on this machine.
    #[arg(value_name = "URL")]
    url: Target,
    /// Whose receiver it is; see webhookctl providers.
    #[arg(short, long, value_name = "PROVIDER", value_parser = names::scheme)]
    provider: Scheme,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    message: MessageArgs,
    /// The body, - for standard input [default: a small JSON object with a new id].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// How often to send it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = numbers::repeat)]
    repeat: u64,
    /// How many to send in a second [default: as many as are answered].
    #[arg(long, value_name = "R", value_parser = numbers::rate)]
    rate: Option<f64>,
    /// How many to have under way at once [default: 1; 16 with --rate].
    #[arg(long, value_name = "C", value_parser = numbers::concurrency)]
    concurrency: Option<usize>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let signer = sign::signer(args.provider, &args.secrets, &args.message)?;
    let data = match &args.data {
        Some(path) => Some(Bytes::from(body::read(Some(path))?)),
        None => None,
    };
    let job = Job {
        args: args.clone(),
        signer,
        data,
        client: target::client()?,
    };
    // What cannot be signed at all is said before anything is sent.
    job.request(1)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::failed)?;
    let tally = runtime.block_on(job.run())?;
    match output.is_json() {
        true => output.object(&tally.report())?,
        false => output.text(tally.in_words())?,
    }
    Ok(match tally.all_accepted() {
        true => Verdict::Done,
        false => Verdict::Refused,
    })
}

struct Job {
    args: Args,
    signer: Signer,
    data: Option<Bytes>,
    client: Client,
}

/// What goes out, which may differ from what was given: some providers sign in the URL or the body.
struct Request {
    url: Target,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Job {
    async fn run(self) -> Result<Tally, Failure> {
        let job = Arc::new(self);
        let args = &job.args;
        let concurrency = args
            .concurrency
            .unwrap_or_else(|| if args.rate.is_some() { 16 } else { 1 });
        let begun = Instant::now();
        let mut pace = Pace::new(args.rate);
        let bar = Bar::new(args.repeat);
        let mut tally = Tally::default();
        let mut under_way: JoinSet<Result<Outcome, Failure>> = JoinSet::new();
        for number in 1..=args.repeat {
            pace.turn().await;
            if under_way.len() >= concurrency
                && let Some(ended) = under_way.join_next().await
            {
                tally.count(ended.map_err(Failure::failed)??);
                bar.set(tally.sent());
            }
            let job = Arc::clone(&job);
            under_way.spawn(async move { job.post(number).await });
        }
        while let Some(ended) = under_way.join_next().await {
            tally.count(ended.map_err(Failure::failed)??);
            bar.set(tally.sent());
        }
        bar.finish();
        tally.took(begun.elapsed());
        Ok(tally)
    }

    async fn post(&self, number: u64) -> Result<Outcome, Failure> {
        let Request { url, headers, body } = self.request(number)?;
        let begun = Instant::now();
        let answer = self
            .client
            .post(&url.0, headers, body, target::TIMEOUT)
            .await;
        let took = begun.elapsed();
        Ok(match answer {
            Ok(answer) => Outcome::Answered(answer.status.as_u16(), took),
            Err(failure) => Outcome::Unanswered(failure.class()),
        })
    }

    /// Signed at this moment, as a sender signs each attempt.
    fn request(&self, number: u64) -> Result<Request, Failure> {
        let now = self
            .args
            .message
            .now
            .map_or_else(|| SystemClock.now(), UnixTime::from_secs);
        let body = match &self.data {
            Some(data) => data.clone(),
            None => self.example(number, now),
        };
        let url = self.args.url.0.as_str();
        let signed = sign::sign(&self.signer, &self.args.message, Some(url), &body, now)?;
        let headers = target::header_map(signed.headers())?;
        let url = match signed.url() {
            Some(url) => url.parse::<Target>().map_err(Failure::misuse)?,
            None => self.args.url.clone(),
        };
        Ok(Request {
            url,
            headers,
            body: Bytes::copy_from_slice(signed.body()),
        })
    }

    /// A body that looks like many providers' own, and is another one each time unless an id was given.
    fn example(&self, number: u64, now: UnixTime) -> Bytes {
        let message = &self.args.message;
        let id = message.id.clone().unwrap_or_else(sign::new_id);
        let body = serde_json::json!({
            "id": id,
            "type": message.event_type.as_deref().unwrap_or("test.event"),
            "created": now.as_secs(),
            "data": { "number": if message.id.is_some() { 1 } else { number } },
        });
        body.to_string().into()
    }
}
