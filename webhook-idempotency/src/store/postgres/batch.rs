//! Records as the arrays that one statement takes.

use std::collections::BTreeMap;

use bytes::Bytes;
use rand::RngExt;

use super::row::{millis, provenance, span};
use super::statements::Statement;
use crate::key::Key;
use crate::record::{Attribute, NewRecord};

/// Records with different keys, in the order of their keys: two batches that share some lock them in the same order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    places: Vec<i32>,
    keys: Vec<Vec<u8>>,
    namespaces: Vec<String>,
    delays: Vec<i64>,
    sources: Vec<Vec<u8>>,
    endpoints: Vec<Vec<u8>>,
    tenants: Vec<Option<Vec<u8>>>,
    ids: Vec<Option<Vec<u8>>>,
    ids_signed: Vec<bool>,
    types: Vec<Option<Vec<u8>>>,
    types_signed: Vec<bool>,
    signed_ats: Vec<Option<i64>>,
    provenances: Vec<i16>,
    coverages: Vec<i16>,
    secrets: Vec<Option<Vec<u8>>>,
    sha256s: Vec<Vec<u8>>,
    payloads: Vec<Bytes>,
    /// Of this call, also when it is made again because its reply was lost.
    caller: [u8; 16],
}

impl Batch {
    /// The first record of each key.
    pub(super) fn new<'a>(records: impl IntoIterator<Item = &'a NewRecord>) -> Self {
        let mut firsts: BTreeMap<Key, (i32, &NewRecord)> = BTreeMap::new();
        for (place, record) in (1_i32..).zip(records) {
            firsts.entry(record.key()).or_insert((place, record));
        }
        let mut batch = Self {
            caller: rand::rng().random(),
            ..Self::default()
        };
        // Sequences are handed out by place, so the places must be without gaps.
        let mut order: Vec<i32> = firsts.values().map(|(place, _)| *place).collect();
        order.sort_unstable();
        for (place, record) in firsts.into_values() {
            let rank = order.partition_point(|other| *other < place);
            batch.add(i32::try_from(rank + 1).unwrap_or(i32::MAX), record);
        }
        batch
    }

    fn add(&mut self, place: i32, record: &NewRecord) {
        let facts = record.facts();
        let text = |text: &Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
        let value = |attribute: &Option<Attribute>| {
            attribute
                .as_ref()
                .map(|found| found.value.clone().into_bytes())
        };
        let signed =
            |attribute: &Option<Attribute>| attribute.as_ref().is_some_and(|found| found.signed);
        self.places.push(place);
        self.keys.push(record.key().as_bytes().to_vec());
        self.namespaces.push(record.namespace().as_str().to_owned());
        self.delays.push(span(record.delay()));
        self.sources.push(facts.source.clone().into_bytes());
        self.endpoints.push(facts.endpoint.clone().into_bytes());
        self.tenants.push(text(&facts.tenant));
        self.ids.push(value(&facts.id));
        self.ids_signed.push(signed(&facts.id));
        self.types.push(value(&facts.event_type));
        self.types_signed.push(signed(&facts.event_type));
        self.signed_ats.push(facts.signed_at.map(millis));
        self.provenances.push(provenance(facts.provenance));
        self.coverages.push(i16::from(facts.coverage.to_bits()));
        self.secrets.push(text(&facts.secret));
        self.sha256s.push(record.payload_sha256().to_vec());
        self.payloads.push(record.payload().clone());
    }

    pub(super) fn bind(&self, statement: Statement) -> Statement {
        let payloads: Vec<&[u8]> = self.payloads.iter().map(|payload| &payload[..]).collect();
        statement
            .bind(&self.places)
            .bind(&self.keys)
            .bind(&self.namespaces)
            .bind(&self.delays)
            .bind(&self.sources)
            .bind(&self.endpoints)
            .bind(&self.tenants)
            .bind(&self.ids)
            .bind(&self.ids_signed)
            .bind(&self.types)
            .bind(&self.types_signed)
            .bind(&self.signed_ats)
            .bind(&self.provenances)
            .bind(&self.coverages)
            .bind(&self.secrets)
            .bind(&self.sha256s)
            .bind(payloads)
            .bind(self.caller.to_vec())
    }

    pub(super) fn bind_leased(&self, statement: Statement, length: i64) -> Statement {
        self.bind(statement).bind(length)
    }
}
