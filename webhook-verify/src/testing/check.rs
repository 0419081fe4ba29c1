//! Whether a receiver refuses them all.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Attack, Request};

/// Sends a genuine request and then every [`Attack`] on it to a receiver, and panics unless the first is answered with a
/// 2xx and each of the others with a 4xx.
///
/// The receiver is any function from a request to the status of its answer.
///
/// ```
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// use webhook_verify::{GitHub, testing::{Request, assert_refuses_all}};
///
/// let github = GitHub::new("not-a-real-secret")?;
/// let receiver = async |request: Request| match github.verify(request.headers(), request.body()) {
///     Ok(_) => 204,
///     Err(refused) => refused.status(),
/// };
/// assert_refuses_all(&GitHub::sample("push").signed("not-a-real-secret"), receiver).await;
/// # Ok(()) }
/// ```
///
/// # Panics
/// If the receiver refuses the genuine request, or accepts an attack. The message names every attack that it accepts.
pub async fn assert_refuses_all<F>(genuine: &Request, mut receiver: F)
where
    F: AsyncFnMut(Request) -> u16,
{
    expect_accepted(receiver(genuine.clone()).await);
    let mut wrong = Vec::new();
    for attack in genuine.attacks() {
        let status = receiver(attack.request.clone()).await;
        wrong.extend(judge(&attack, status));
    }
    expect_none(&wrong);
}

/// As [`assert_refuses_all`], for a receiver that is a plain function.
///
/// # Panics
/// As [`assert_refuses_all`].
pub fn assert_refuses_all_blocking(genuine: &Request, mut receiver: impl FnMut(Request) -> u16) {
    expect_accepted(receiver(genuine.clone()));
    let attacks = genuine.attacks();
    let wrong: Vec<String> = attacks
        .iter()
        .filter_map(|attack| judge(attack, receiver(attack.request.clone())))
        .collect();
    expect_none(&wrong);
}

fn judge(attack: &Attack, status: u16) -> Option<String> {
    let Attack { name, what, .. } = attack;
    match status {
        400..=499 => None,
        500..=599 => Some(format!(
            "{name}: {what}, and the receiver answers {status}, on which the sender tries again"
        )),
        _ => Some(format!("{name}: {what}, and the receiver answers {status}")),
    }
}

fn expect_accepted(status: u16) {
    assert!(
        (200..=299).contains(&status),
        "the receiver answers {status} to the genuine request, so that its refusals show nothing; check the secret, the \
         URL and the clock of both"
    );
}

fn expect_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "the receiver does not refuse everything that it must:\n- {}",
        wrong.join("\n- ")
    );
}
