//! Everything that a stranger, a careless proxy or a retrying provider may send.

use std::time::Duration;

use webhook_tower::verify::{
    Clock, GitHub, Message, Secret, SecretSet, SignedHeaders, Signer, StandardWebhooks,
    SystemClock, UnixTime,
};

use crate::courier::{Answers, Courier, Parcel};
use crate::report::Line;
use crate::{Failure, secrets};

/// How many requests of each kind.
const EACH: u32 = 20;
/// How many times an event is sent at the same moment.
const AT_ONCE: u32 = 16;

/// Attacks the receiver, and says what was answered and what must be found stored.
pub(crate) async fn run(courier: &Courier) -> Result<Vec<Line>, Failure> {
    let shop = StandardWebhooks::signer(secrets::SHOP)?;
    let now = SystemClock.now();
    let ids = |prefix: &str| {
        (0..EACH)
            .map(|at| format!("{prefix}{at}"))
            .collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    let mut refused = async |what, prefix, status, parcels: Vec<Parcel>| -> Result<(), Failure> {
        let answers = courier.send_all(parcels).await?;
        lines.push(Line::answered(what, &answers, status, prefix, 0));
        Ok(())
    };

    let each = |prefix: &str,
                make: &dyn Fn(&str) -> Result<Parcel, Failure>|
     -> Result<Vec<Parcel>, Failure> {
        ids(prefix).iter().map(|id| make(id)).collect()
    };
    let good = |id: &str| parcel(&shop, id, now);

    let tampered = each("tampered-", &|id| {
        let mut parcel = good(id)?;
        parcel.body = body(id)
            .replace("\"amount\":1", "\"amount\":1000000")
            .into();
        Ok(parcel)
    })?;
    refused("altered after signing", "tampered-", 401, tampered).await?;

    let stale = each("stale-", &|id| {
        parcel(&shop, id, now.saturating_sub(Duration::from_secs(600)))
    })?;
    refused("signed ten minutes ago", "stale-", 401, stale).await?;

    let future = each("future-", &|id| {
        parcel(&shop, id, now.saturating_add(Duration::from_secs(600)))
    })?;
    refused("signed ten minutes ahead", "future-", 401, future).await?;

    let unsigned = each("unsigned-", &|id| {
        let mut parcel = good(id)?;
        parcel
            .headers
            .retain(|(name, _)| name != "webhook-signature");
        Ok(parcel)
    })?;
    refused("not signed", "unsigned-", 401, unsigned).await?;

    let stranger = StandardWebhooks::signer("whsec_c29tZWJvZHkgZWxzZSdzIGRlbW8gc2VjcmV0")?;
    let wrong = each("wrong-", &|id| parcel(&stranger, id, now))?;
    refused("signed with another secret", "wrong-", 401, wrong).await?;

    let retired = StandardWebhooks::signer(secrets::SHOP_RETIRED)?;
    let retired = each("retired-", &|id| parcel(&retired, id, now))?;
    refused("signed with a retired secret", "retired-", 401, retired).await?;

    let flood = vec!["v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; 150].join(" ");
    let flood = each("flood-", &|id| {
        Ok(good(id)?.with_header("webhook-signature", &*flood))
    })?;
    refused("150 signatures in one header", "flood-", 400, flood).await?;

    lines.push(announced(courier, &shop, now).await?);
    lines.push(replayed(courier, &shop, now).await?);
    lines.push(replayed_under_another_id(courier).await?);
    lines.push(in_flight(courier, &shop, now).await?);
    lines.push(rotated(courier, now).await?);
    Ok(lines)
}

/// A head that promises a gigabyte is answered before any of it is sent.
async fn announced(courier: &Courier, shop: &Signer, now: UnixTime) -> Result<Line, Failure> {
    let mut answers = Answers::new();
    for at in 0..EACH {
        let parcel = parcel(shop, &format!("large-{at}"), now)?;
        *answers
            .entry(courier.announce(&parcel, 1 << 30).await?)
            .or_default() += 1;
    }
    Ok(Line::answered(
        "announced a body of 1 GiB",
        &answers,
        413,
        "large-",
        0,
    ))
}

/// The same bytes again, as a proxy or an eavesdropper would send them.
async fn replayed(courier: &Courier, shop: &Signer, now: UnixTime) -> Result<Line, Failure> {
    let captured = (0..EACH)
        .map(|at| parcel(shop, &format!("replayed-{at}"), now))
        .collect::<Result<Vec<_>, _>>()?;
    let thrice = [captured.clone(), captured.clone(), captured].concat();
    let answers = courier.send_all(thrice).await?;
    Ok(Line::answered(
        "captured and sent three times",
        &answers,
        200,
        "replayed-",
        EACH,
    ))
}

/// GitHub signs neither a time nor the delivery id nor the event type, so an eavesdropper may change them.
async fn replayed_under_another_id(courier: &Courier) -> Result<Line, Failure> {
    let signer = GitHub::signer(secrets::GITHUB)?;
    let mut captured = Vec::new();
    for at in 0..EACH {
        let (id, body) = (
            format!("renamed-{at}"),
            format!("{{\"ref\":\"refs/heads/{at}\"}}"),
        );
        let signed = signer.sign(&Message::new(&body).id(&id).event_type("push"))?;
        captured.push(Parcel::new("/github", &signed, body));
    }
    let answers = courier.send_all(captured.clone()).await?;
    let renamed = captured
        .into_iter()
        .enumerate()
        .map(|(at, parcel)| {
            parcel
                .with_header("x-github-delivery", format!("renamed-again-{at}"))
                .with_header("x-github-event", format!("forged-{at}"))
        })
        .collect();
    let mut all = answers;
    for (status, count) in courier.send_all(renamed).await? {
        *all.entry(status).or_default() += count;
    }
    Ok(Line::answered(
        "captured and sent under another id and type",
        &all,
        200,
        "renamed-",
        EACH,
    ))
}

/// One event many times at the same moment, while none of them is answered yet.
async fn in_flight(courier: &Courier, shop: &Signer, now: UnixTime) -> Result<Line, Failure> {
    let mut all = Answers::new();
    for at in 0..EACH {
        let parcel = parcel(shop, &format!("at-once-{at}"), now)?;
        let copies = (0..AT_ONCE).map(|_| parcel.clone()).collect();
        for (status, count) in courier.send_together(copies).await? {
            *all.entry(status).or_default() += count;
        }
    }
    Ok(Line::answered(
        "sent sixteen times at once",
        &all,
        200,
        "at-once-",
        EACH,
    ))
}

/// The old secret alone, the new one alone, and both in one header.
async fn rotated(courier: &Courier, now: UnixTime) -> Result<Line, Failure> {
    let both = SecretSet::new("new", Secret::new(secrets::SHOP)?)
        .and("old", Secret::new(secrets::SHOP_OLD)?)?;
    let signers = [
        StandardWebhooks::signer(secrets::SHOP)?,
        StandardWebhooks::signer(secrets::SHOP_OLD)?,
        Signer::with_secrets(StandardWebhooks::SCHEME, &both)?,
    ];
    let mut parcels = Vec::new();
    for (which, signer) in signers.iter().enumerate() {
        for at in 0..EACH {
            parcels.push(parcel(signer, &format!("rotated-{which}-{at}"), now)?);
        }
    }
    let answers = courier.send_all(parcels).await?;
    Ok(Line::answered(
        "signed with new, old and both secrets",
        &answers,
        200,
        "rotated-",
        3 * EACH,
    ))
}

pub(crate) fn body(id: &str) -> String {
    format!("{{\"type\":\"order.paid\",\"order\":\"{id}\",\"amount\":1}}")
}

/// An honest delivery to the shop's endpoint.
pub(crate) fn parcel(signer: &Signer, id: &str, at: UnixTime) -> Result<Parcel, Failure> {
    let body = body(id);
    let signed: SignedHeaders = signer.sign(&Message::new(&body).id(id).at(at))?;
    Ok(Parcel::new("/shop", &signed, body))
}
