//! The best of what matches, in the order in which it is shown.

use crate::search::card::Views;
use crate::search::schema::Owner;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use tantivy::Score;

/// Scores that differ by less are equal: sums of the same weights differ by the order in which they were added.
const SCORE_STEPS: f32 = 256.0;

/// The place of a match: the better the score, the newer, the higher its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    score: i64,
    time: i64,
    owner: Owner,
}

/// An object that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    rank: Rank,
    /// How well it matches.
    pub score: Score,
    /// The lists in which it shows up.
    pub views: Views,
    /// The blocks of a long thread in which something matches; none: it has but one.
    pub blocks: Vec<i64>,
}

impl Hit {
    /// A match.
    pub fn new(owner: Owner, score: Score, time: i64, views: Views, blocks: Vec<i64>) -> Self {
        let rank = Rank { score: (score * SCORE_STEPS).round() as i64, time, owner };
        Self { rank, score, views, blocks }
    }

    /// The thread or contact.
    pub fn owner(&self) -> Owner {
        self.rank.owner
    }
}

impl Eq for Hit {}
impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Hit {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let second = |hit: &Self| hit.views.ticket;
        self.rank.cmp(&other.rank).then(second(self).cmp(&second(other)))
    }
}

/// The best matches so far, and how many there were.
#[derive(Debug)]
pub struct Best {
    heap: BinaryHeap<Reverse<Hit>>,
    most: usize,
    /// Objects that match, each in every list that it shows up in.
    pub total: usize,
}

impl Best {
    /// Nothing yet; of at most so many.
    pub fn new(most: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(most + 1), most, total: 0 }
    }

    /// Whether a match of this score may still be among the best.
    pub fn may_take(&self, score: Score) -> bool {
        let least = self.heap.peek().filter(|_| self.heap.len() >= self.most);
        least.is_none_or(|Reverse(least)| (score * SCORE_STEPS).round() as i64 >= least.rank.score)
    }

    /// One more match.
    pub fn take(&mut self, hit: Hit) {
        self.heap.push(Reverse(hit));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    /// What was found elsewhere, as well.
    pub fn add(&mut self, other: Self) {
        self.total += other.total;
        other.heap.into_iter().for_each(|Reverse(hit)| self.take(hit));
    }

    /// The best first.
    pub fn sorted(self) -> Vec<Hit> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(hit)| hit).collect()
    }
}
