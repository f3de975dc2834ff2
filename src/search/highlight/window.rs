//! Which stretch of a text is shown: that of the best matches, and some of what is around them.

use crate::search::highlight::Match;
use crate::search::highlight::SNIPPET_CHARS;
use crate::search::highlight::page::shown;
use crate::search::query::PARTS_MAX;
use crate::search::text::are_joined;
use std::cmp::Reverse;

/// How far a cut moves to a space, rather than to the next place between words.
const SPACE_NEAR: usize = 24;

/// From where to where the best matches go that fit into one snippet.
pub fn best_window(text: &str, matches: &[Match]) -> Option<(usize, usize)> {
    let places = shown_places(text, matches);
    let mut counts = [0_usize; PARTS_MAX];
    let mut best = None;
    let mut end = 0;
    for (start, first) in matches.iter().enumerate() {
        let begin = places.get(start)?.0;
        while let Some((next, place)) = matches.get(end).zip(places.get(end)) {
            if end > start && place.1 > begin + SNIPPET_CHARS {
                break;
            }
            bump(&mut counts, next.part, 1);
            end += 1;
        }
        let distinct = counts.iter().filter(|&&count| count > 0).count();
        let rank = (distinct, end - start, Reverse(start));
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, end));
        }
        bump(&mut counts, first.part, -1);
    }
    let ((_, _, Reverse(start)), end) = best?;
    let window = matches.get(start..end)?;
    Some((window.first()?.from, window.iter().map(|found| found.to).max()?))
}

fn bump(counts: &mut [usize; PARTS_MAX], part: u32, by: isize) {
    if let Some(count) = usize::try_from(part).ok().and_then(|place| counts.get_mut(place)) {
        *count = count.saturating_add_signed(by);
    }
}

/// Where each match begins and ends, in characters as they are shown.
fn shown_places(text: &str, matches: &[Match]) -> Vec<(usize, usize)> {
    let (mut counted, mut begin) = (0, 0);
    let shown = |from, to| text.get(from..to).map_or(0, |stretch| ahead(stretch, usize::MAX).1);
    let place = |found: &Match| {
        begin += shown(counted, found.from);
        counted = found.from;
        (begin, begin + shown(found.from, found.to))
    };
    matches.iter().map(place).collect()
}

/// The stretch to show around the matches at `core`, cut between words.
pub fn with_surroundings(text: &str, core: (usize, usize)) -> (usize, usize) {
    let (before, rest) = text.split_at(core.0);
    let (inner, after) = rest.split_at(core.1 - core.0);
    let (kept, width) = ahead(inner, SNIPPET_CHARS);
    if kept < inner.len() {
        // A single word of that length is cut where it is.
        let between = Some(cut(inner, kept)).filter(|&place| place > 0);
        return (core.0, core.0 + between.unwrap_or(kept));
    }
    let spare = SNIPPET_CHARS - width;
    // Half on either side, and more behind where there is less before, and the other way round.
    let (_, used_before) = behind(before, spare / 2);
    let (to, used_after) = ahead(after, spare - used_before);
    let (from, _) = behind(before, spare - used_after);
    (cut_before(before, from), core.1 + cut(after, to))
}

/// How far the first `width` shown characters of a text reach, and how many there are.
fn ahead(text: &str, width: usize) -> (usize, usize) {
    let (mut used, mut spaced) = (0, false);
    for (at, character) in text.char_indices() {
        if shown(character, &mut spaced).is_some() {
            if used == width {
                return (at, used);
            }
            used += 1;
        }
    }
    (text.len(), used)
}

/// From where the last `width` shown characters of a text reach to its end, and how many there are.
fn behind(text: &str, width: usize) -> (usize, usize) {
    let (mut used, mut spaced, mut from) = (0, false, text.len());
    for (at, character) in text.char_indices().rev() {
        if shown(character, &mut spaced).is_some() {
            if used == width {
                return (from, used);
            }
            used += 1;
        }
        from = at;
    }
    (0, used)
}

/// The last place for a cut that is not beyond `at`: at a space if one is near, else between words, else `at`.
fn cut(text: &str, at: usize) -> usize {
    let (kept, rest) = text.split_at(at);
    if rest.is_empty() || rest.starts_with(char::is_whitespace) {
        return at;
    }
    let near = kept.char_indices().rev().take(SPACE_NEAR).find(|(_, character)| character.is_whitespace());
    if let Some((space, _)) = near {
        return space;
    }
    let mut after = rest.chars().next();
    for (place, character) in kept.char_indices().rev() {
        if after.is_some_and(|after| !are_joined(character, after)) {
            return place + character.len_utf8();
        }
        after = Some(character);
    }
    // Behind a match a word begins, and so a cut is as good here as anywhere.
    0
}

/// The first place for a cut that is not before `at`, likewise.
fn cut_before(text: &str, at: usize) -> usize {
    let (left_out, kept) = text.split_at(at);
    let Some(last) = left_out.chars().next_back().filter(|last| !last.is_whitespace()) else { return at };
    let near = kept.char_indices().take(SPACE_NEAR).find(|(_, character)| character.is_whitespace());
    if let Some((space, _)) = near {
        return at + space;
    }
    let mut before = last;
    for (place, character) in kept.char_indices() {
        if !are_joined(before, character) {
            return at + place;
        }
        before = character;
    }
    text.len()
}
