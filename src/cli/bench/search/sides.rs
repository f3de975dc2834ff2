//! The queries of each kind, asked of the three sides in turn.

use crate::cli::Failure;
use crate::cli::bench::child::Child;
use crate::cli::bench::figures::Figures;
use crate::cli::bench::load::Client;
use crate::cli::bench::load::Load;
use crate::cli::bench::load::Samples;
use crate::cli::bench::measures::Scene;
use crate::cli::bench::measures::get;
use crate::cli::bench::run::Stop;
use crate::cli::bench::run::bar;
use crate::cli::bench::search::HITS;
use crate::cli::bench::search::queries::Kind;
use crate::cli::bench::search::queries::Query;
use crate::cli::bench::search::queries::Source;
use crate::cli::bench::search::report::Asked;
use crate::cli::bench::search::report::Seen;
use crate::types::error::Error;
use fastrand::Rng;
use serde_json::Value;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Each measurement is taken in two halves, in turn with the others: a machine that slows down meanwhile slows all.
const ROUNDS: u32 = 2;
/// Of each half, so much is asked before, and not counted.
const WARM_UP: f64 = 0.2;
/// The queries of each kind that are asked once at first, to see how much they find.
const GREETINGS: usize = 25;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Product,
    Tantivy,
    Fts5,
}

/// The servers, and how they are asked.
pub struct Sides<'run> {
    /// CommFlow.
    pub product: &'run Child,
    /// The bare server beside it.
    pub bare: &'run Child,
    /// Whose keys are used.
    pub scene: &'run Arc<Scene>,
    /// Connections that are kept busy at once.
    pub connections: u32,
    /// How long each is asked.
    pub lasting: Duration,
    /// What is drawn with.
    pub seed: u64,
}

/// A kind of query asked of a side.
struct Measurement {
    kind: Kind,
    side: Side,
    queries: Arc<Vec<Query>>,
    hits: u64,
    samples: Samples,
}

impl Side {
    const ALL: [Self; 3] = [Self::Product, Self::Tantivy, Self::Fts5];

    fn name(self) -> &'static str {
        match self {
            Self::Product => "CommFlow",
            Self::Tantivy => "bare tantivy",
            Self::Fts5 => "SQLite FTS5",
        }
    }

    fn write(self, scene: &Scene, query: &Query, who: usize, out: &mut Vec<u8>) {
        let ours = &query.ours;
        match self {
            Self::Product => get(out, Some(scene), who, format_args!("/v1/search?{ours}&limit={HITS}")),
            Self::Tantivy => get(out, None, who, format_args!("/tantivy?{ours}")),
            Self::Fts5 => get(out, None, who, format_args!("/fts?{}", query.fts.as_deref().unwrap_or_default())),
        }
    }
}

impl Sides<'_> {
    /// Takes all measurements.
    pub fn measure(&self, source: &Source, dice: &mut Rng, stop: &Stop) -> Result<Vec<Asked>, Failure> {
        let mut measurements = Vec::new();
        for kind in Kind::ALL {
            let queries = Arc::new(kind.pool(source, dice));
            let sides = Side::ALL.into_iter().filter(|side| *side != Side::Fts5 || kind.is_known_to_fts5());
            measurements.extend(sides.map(|side| Measurement {
                kind,
                side,
                queries: queries.clone(),
                hits: 0,
                samples: Samples::default(),
            }));
        }
        let bar = bar((u64::from(ROUNDS) + 1) * measurements.len() as u64, "{msg} [{bar:40}] {pos}/{len}");
        for one in &mut measurements {
            stop.go_on()?;
            bar.set_message(one.name());
            one.hits = self.hits(one)?;
            bar.inc(1);
        }
        for round in 0..ROUNDS {
            for one in &mut measurements {
                bar.set_message(one.name());
                one.samples.add(self.ask(one, self.seed.wrapping_add(u64::from(round)))?);
                stop.go_on()?;
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        Ok(summed_up(measurements))
    }

    fn server(&self, side: Side) -> &Child {
        if side == Side::Product { self.product } else { self.bare }
    }

    fn ask(&self, one: &Measurement, seed: u64) -> Result<Samples, Failure> {
        let lasting = self.lasting / ROUNDS;
        let load = Load { connections: self.connections, warm_up: lasting.mul_f64(WARM_UP), lasting, seed };
        let (side, queries, scene) = (one.side, one.queries.clone(), self.scene.clone());
        self.server(side).ask(&load, &one.name(), move |who, dice, out| {
            if let Some(query) = dice.choice(&*queries) {
                side.write(&scene, query, who, out);
            }
        })
    }

    /// What half of the first queries find more than. It also has the server open what it needs.
    fn hits(&self, one: &Measurement) -> Result<u64, Failure> {
        let told = |cause: io::Error| Failure::new(Failure::DATA, format!("{}: {cause}", one.name()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        runtime.block_on(async {
            let mut client = Client::new(self.server(one.side).address, self.seed).await.map_err(told)?;
            let (mut request, mut found) = (Vec::new(), Vec::new());
            for query in one.queries.iter().take(GREETINGS) {
                request.clear();
                one.side.write(self.scene, query, 0, &mut request);
                client.send(&request).await.map_err(told)?;
                // The bare server's answer is a number alone, which is JSON too.
                let answer: Value = serde_json::from_slice(client.body()).unwrap_or_default();
                found.push(answer.pointer("/meta/total_results").unwrap_or(&answer).as_u64().unwrap_or(0));
            }
            found.sort_unstable();
            Ok(found.get(found.len() / 2).copied().unwrap_or(0))
        })
    }
}

impl Measurement {
    fn name(&self) -> String {
        format!("{}, {}", self.kind.name(), self.side.name())
    }
}

fn summed_up(mut measurements: Vec<Measurement>) -> Vec<Asked> {
    let mut seen = |kind: Kind, side| {
        let one = measurements.iter_mut().find(|one| one.kind == kind && one.side == side)?;
        Some(Seen { hits: one.hits, figures: Figures::of(std::mem::take(&mut one.samples)) })
    };
    let asked = Kind::ALL.into_iter().filter_map(|kind| {
        let (product, tantivy) = (seen(kind, Side::Product)?, seen(kind, Side::Tantivy)?);
        Some(Asked::new(kind, product, tantivy, seen(kind, Side::Fts5)))
    });
    asked.collect()
}
