//! Sums: counted while rows are read, and turned into what is shown.

use crate::desk::reports::Figures;
use crate::desk::reports::SlaKept;
use crate::desk::reports::Totals;
use serde::Serialize;
use utoipa::ToSchema;

/// How long something took, in seconds. Median and 90th percentile are exact, by nearest rank: the value at place
/// ⌈n × 0.5⌉ or ⌈n × 0.9⌉ of all values in order, so that each is a value that occurred.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Speed {
    /// Half took no longer; `null` where nothing was measured.
    pub median_s: Option<i64>,
    /// Nine of ten took no longer; `null` where nothing was measured.
    pub p90_s: Option<i64>,
    /// How many were measured.
    pub count: i64,
}

/// Durations in seconds, in no order.
#[derive(Debug, Clone, Default)]
pub struct Durations(pub Vec<i64>);

impl From<Durations> for Speed {
    fn from(Durations(mut all): Durations) -> Self {
        all.sort_unstable();
        let at = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Self { median_s: at(50), p90_s: at(90), count: i64::try_from(all.len()).unwrap_or(i64::MAX) }
    }
}

/// What one or more users did, while it is being counted.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Replies written.
    pub replies: i64,
    /// From the first comment to the first reply.
    pub first_response: Durations,
    /// From the beginning to the end; one for each thread closed.
    pub resolution: Durations,
}

impl Tally {
    /// Adds what others did.
    pub fn add(&mut self, other: &Self) {
        self.replies += other.replies;
        self.first_response.0.extend(&other.first_response.0);
        self.resolution.0.extend(&other.resolution.0);
    }
}

impl From<Tally> for Figures {
    fn from(tally: Tally) -> Self {
        let resolution = Speed::from(tally.resolution);
        Self {
            replies: tally.replies,
            closed: resolution.count,
            first_response: tally.first_response.into(),
            resolution,
        }
    }
}

/// What happened in a span, while it is being counted.
#[derive(Debug, Default)]
pub struct Sum {
    /// Threads that began.
    pub new: i64,
    /// Comments.
    pub comments: i64,
    /// Tickets that are done with, and missed no target.
    pub kept: i64,
    /// Tickets that missed a target.
    pub missed: i64,
    /// Replies, and how long things took.
    pub tally: Tally,
}

impl From<Sum> for Totals {
    fn from(sum: Sum) -> Self {
        let Sum { new, comments, kept, missed, tally } = sum;
        let Figures { replies, closed, first_response, resolution } = tally.into();
        // To four places: what is told is told exactly.
        let kept_share = (kept + missed > 0).then(|| (kept * 10_000 / (kept + missed)) as f64 / 10_000.0);
        let sla = SlaKept { kept, missed, kept_share };
        Self { new, closed, messages_in: comments, messages_out: replies, first_response, resolution, sla }
    }
}
