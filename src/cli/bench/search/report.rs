//! What was seen of the search, as a table and as JSON.

use crate::cli::bench::child::Memory;
use crate::cli::bench::figures::Figures;
use crate::cli::bench::figures::Setting;
use crate::cli::bench::figures::mib;
use crate::cli::bench::figures::missed;
use crate::cli::bench::load::Samples;
use crate::cli::bench::search::HITS;
use crate::cli::bench::search::queries::Kind;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// The share of the rate of the bare index that is aimed at.
const RATIO_AIM: f64 = 0.7;
/// While it is searched.
const MEMORY_AIM_MIB: f64 = 100.0;
/// Half of the searches for what was just written are to take no longer, on an idle server.
const IDLE_AIM_MS: f64 = 20.0;
/// All but one in a hundred, on one that is written to.
const WRITING_AIM_MS: f64 = 300.0;

/// A run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The build and the machine.
    #[serde(flatten)]
    pub setting: Setting,
    /// How long each measurement took.
    pub seconds: f64,
    /// What all was drawn with.
    pub seed: u64,
    /// How many contacts there are.
    pub contacts: u32,
    /// How many tickets there are.
    pub tickets: u32,
    /// The workspace, in the store.
    pub workspace: Built,
    /// The index of the server.
    pub index: Built,
    /// The table of FTS5.
    pub fts5: Built,
    /// Each kind of query.
    pub kinds: Vec<Asked>,
    /// On an idle server, and on one that is written to.
    pub fresh: [Fresh; 2],
    /// The server's memory.
    pub memory: Held,
}

/// The most memory that the server held.
#[derive(Debug, Serialize)]
pub struct Held {
    /// While it indexed.
    pub indexing: Memory,
    /// While it was searched.
    pub searching: Memory,
    /// While it was written to and searched.
    pub writing: Memory,
    /// At the end of all.
    pub afterwards: Memory,
}

/// What was put together from all documents.
#[derive(Debug, Serialize)]
pub struct Built {
    took_s: f64,
    documents_per_s: f64,
    mib: f64,
}

impl Built {
    /// So many documents took so long, and are so large.
    pub fn new(documents: u64, took: Duration, bytes: u64) -> Self {
        let took_s = took.as_secs_f64();
        Self { took_s, documents_per_s: documents as f64 / took_s, mib: bytes as f64 / f64::from(1 << 20) }
    }
}

/// What was seen of a kind of query.
#[derive(Debug, Serialize)]
pub struct Asked {
    kind: Kind,
    commflow: Seen,
    tantivy: Seen,
    /// None where FTS5 can't do it.
    fts5: Option<Seen>,
    of_tantivy: f64,
    of_fts5: Option<f64>,
}

/// What was seen on one side.
#[derive(Debug, Serialize)]
pub struct Seen {
    /// What half of the queries find more than.
    pub hits: u64,
    /// How fast they are answered.
    #[serde(flatten)]
    pub figures: Figures,
}

impl Asked {
    /// What was seen on the three sides.
    pub fn new(kind: Kind, commflow: Seen, tantivy: Seen, fts5: Option<Seen>) -> Self {
        let rate = commflow.figures.requests_per_s;
        let of = |other: &Seen| rate / other.figures.requests_per_s.max(f64::EPSILON);
        let (of_tantivy, of_fts5) = (of(&tantivy), fts5.as_ref().map(of));
        Self { kind, commflow, tantivy, fts5, of_tantivy, of_fts5 }
    }
}

/// How soon what was written is found.
#[derive(Debug, Serialize)]
pub struct Fresh {
    situation: String,
    probes: u32,
    p50_ms: f64,
    p99_ms: f64,
    /// Searches that did not find it.
    misses: usize,
    first_miss: Option<String>,
    aim: String,
    met: bool,
}

impl Fresh {
    /// On an idle server.
    pub fn idle(samples: Samples) -> Self {
        let aim = format!("p50 {IDLE_AIM_MS}");
        Self::new("on an idle server".to_owned(), samples, aim, |figures| figures.p50_ms <= IDLE_AIM_MS)
    }

    /// Beside so many writes in a second.
    pub fn under_writes(samples: Samples, per_s: f64) -> Self {
        let aim = format!("p99 {WRITING_AIM_MS}");
        let situation = format!("beside {per_s:.0} writes/s");
        Self::new(situation, samples, aim, |figures| figures.p99_ms <= WRITING_AIM_MS)
    }

    fn new(situation: String, samples: Samples, aim: String, met: impl Fn(&Figures) -> bool) -> Self {
        let (probes, misses, first_miss) = (samples.asked, samples.errors, samples.first_error.clone());
        let figures = Figures::of(samples);
        let met = misses == 0 && met(&figures);
        Self { situation, probes, p50_ms: figures.p50_ms, p99_ms: figures.p99_ms, misses, first_miss, aim, met }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contacts, tickets, .. } = self;
        writeln!(out, "\n{} documents: {contacts} contacts and {tickets} tickets", contacts + tickets)?;
        writeln!(out, "{:<24}{:>11}{:>9}{:>9}", "", "documents/s", "seconds", "MiB")?;
        for (name, built) in
            [("workspace", &self.workspace), ("index of CommFlow", &self.index), ("table of FTS5", &self.fts5)]
        {
            writeln!(out, "{name:<24}{:>11.0}{:>9.1}{:>9.0}", built.documents_per_s, built.took_s, built.mib)?;
        }
        writeln!(out, "\n{:<24}{:>9}{}   against", "", "hits", Figures::HEADING)?;
        for asked in &self.kinds {
            write!(out, "{asked}")?;
        }
        writeln!(
            out,
            "(CommFlow counts a ticket and its conversation as two hits, and shows {HITS}; the others show none.)"
        )?;
        writeln!(out, "\n{:<24}{:>9}{:>9}{:>9}", "what was just written", "searches", "p50 ms", "p99 ms")?;
        for fresh in &self.fresh {
            writeln!(out, "{fresh}")?;
        }
        write!(out, "\n{}", self.memory)
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |name: &str, seen: &Seen| format!("{name:<24}{:>9}{}", seen.hits, seen.figures);
        write!(out, "{}", line(self.kind.name(), &self.commflow))?;
        write!(out, "   {:.2} x tantivy (aim {RATIO_AIM}{})", self.of_tantivy, missed(self.of_tantivy >= RATIO_AIM))?;
        if let Some(ratio) = self.of_fts5 {
            write!(out, ", {ratio:.2} x FTS5")?;
        }
        writeln!(out, "{}", self.commflow.figures.complaint())?;
        let tantivy = &self.tantivy;
        writeln!(out, "{}{}", line("  bare tantivy", tantivy), tantivy.figures.complaint())?;
        match &self.fts5 {
            Some(fts5) => writeln!(out, "{}{}", line("  SQLite FTS5", fts5), fts5.figures.complaint()),
            None => writeln!(out, "{:<24}{:>9}", "  SQLite FTS5", "n/a"),
        }
    }
}

impl fmt::Display for Fresh {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { situation, probes, p50_ms, p99_ms, misses, aim, met, .. } = self;
        write!(out, "  {situation:<22}{probes:>9}{p50_ms:>9.1}{p99_ms:>9.1}   (aim {aim} ms{})", missed(*met))?;
        match &self.first_miss {
            Some(first) => write!(out, "   {misses} NOT FOUND, the first: {}", first.escape_debug()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = |memory: &Memory| mib(memory.anonymous_kib);
        let most = own(&self.searching).max(own(&self.writing));
        writeln!(
            out,
            "memory of its own: at most {:.1} MiB while it indexed, {:.1} while it was searched, {:.1} while it was also \
             written to (aim {MEMORY_AIM_MIB}{}); {:.1} at the end",
            own(&self.indexing),
            own(&self.searching),
            own(&self.writing),
            missed(most <= MEMORY_AIM_MIB),
            own(&self.afterwards)
        )
    }
}
