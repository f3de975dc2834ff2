//! Which segments are merged when: each commit makes one, and a search looks into all of them.

use tantivy::SegmentMeta;
use tantivy::indexer::LogMergePolicy;
use tantivy::indexer::MergeCandidate;
use tantivy::indexer::MergePolicy;

/// Segments of up to this many documents count as equally small.
const SMALL_DOCS: u32 = 2_000;
/// Segments of more documents are merged with no others: what a merge takes stays bounded, and so does what has to be written
/// anew for an erasure.
const LARGE_DOCS: usize = 50_000;
/// The share of a segment's documents that may be replaced before it is written anew. Small ones soon go into others anyway.
const REPLACED_MAX: f32 = 0.3;

/// Merges eight segments of a size, and writes anew what is mostly replaced.
#[derive(Debug)]
pub struct Bounded(LogMergePolicy);

impl Default for Bounded {
    fn default() -> Self {
        let mut by_size = LogMergePolicy::default();
        by_size.set_min_layer_size(SMALL_DOCS);
        by_size.set_max_docs_before_merge(LARGE_DOCS);
        Self(by_size)
    }
}

impl MergePolicy for Bounded {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut candidates = self.0.compute_merge_candidates(segments);
        let taken: Vec<_> = candidates.iter().flat_map(|candidate| candidate.0.clone()).collect();
        let is_worn = |segment: &&SegmentMeta| {
            let share = segment.num_deleted_docs() as f32 / segment.max_doc().max(1) as f32;
            segment.max_doc() > SMALL_DOCS && share > REPLACED_MAX && !taken.contains(&segment.id())
        };
        candidates.extend(segments.iter().filter(is_worn).map(|segment| MergeCandidate(vec![segment.id()])));
        candidates
    }
}
