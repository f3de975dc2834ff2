//! Texts to search in: made-up words that can be spoken, drawn by Zipf's law, so that a few are everywhere and most are rare.

use crate::cli::bench::workspace::texts::Texts;
use fastrand::Rng;
use std::collections::HashSet;
use std::ops::RangeInclusive;

/// How many words there are.
const WORDS: usize = 200_000;
/// The word of rank r stands where r to the power of minus this says.
const EXPONENT: f64 = 1.07;
const ONSETS: [&str; 24] = [
    "b", "br", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr",
    "v", "w", "z",
];
const VOWELS: [&str; 12] = ["a", "a", "e", "e", "e", "i", "i", "o", "o", "u", "ai", "ou"];
const CODAS: [&str; 8] = ["", "", "", "l", "n", "r", "s", "t"];

/// The words, the most frequent first.
pub struct Vocabulary {
    words: Vec<String>,
    /// How often a word of this rank or of a lower one is drawn.
    shares: Vec<f64>,
    /// The words in the order of their letters.
    sorted: Vec<String>,
}

impl Vocabulary {
    /// The same seed makes the same words.
    pub fn new(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let mut known = HashSet::with_capacity(WORDS);
        let mut words = Vec::with_capacity(WORDS);
        while words.len() < WORDS {
            let word = word(syllables(words.len()), &mut dice);
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut sum = 0.0;
        let weights = (1..=WORDS).map(|rank| (rank as f64).powf(-EXPONENT));
        let mut shares: Vec<f64> = weights
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        shares.iter_mut().for_each(|share| *share /= sum);
        let mut sorted = words.clone();
        sorted.sort_unstable();
        Self { words, shares, sorted }
    }

    /// A word with one of these ranks, each as likely as the others.
    pub fn ranked(&self, ranks: RangeInclusive<usize>, dice: &mut Rng) -> &str {
        self.at(dice.usize(ranks).saturating_sub(1))
    }

    /// Whether any word begins so.
    pub fn has_prefix(&self, letters: &str) -> bool {
        let at = self.sorted.partition_point(|word| word.as_str() < letters);
        self.sorted.get(at).is_some_and(|word| word.starts_with(letters))
    }

    /// Words by Zipf's law.
    fn text(&self, length: usize, dice: &mut Rng) -> String {
        let mut text = String::with_capacity(length * 8);
        for at in 0..length {
            text.push_str(if at > 0 { " " } else { "" });
            let share = dice.f64();
            text.push_str(self.at(self.shares.partition_point(|&up_to| up_to < share)));
        }
        text
    }

    fn at(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }
}

impl Texts for Vocabulary {
    fn subject(&self, _: u32, dice: &mut Rng) -> String {
        let length = dice.usize(3..=8);
        self.text(length, dice)
    }

    fn body(&self, dice: &mut Rng) -> String {
        let length = dice.usize(10..=60);
        self.text(length, dice)
    }

    fn company(&self, dice: &mut Rng) -> String {
        format!("{} Ltd", self.text(2, dice))
    }

    /// With the comment and the reply, one to four messages.
    fn notes(&self, dice: &mut Rng) -> u32 {
        dice.u32(0..=2)
    }
}

/// How long the word at this place is: what is said often is short.
fn syllables(place: usize) -> RangeInclusive<usize> {
    match place {
        0..100 => 1..=1,
        100..3_000 => 2..=3,
        _ => 2..=4,
    }
}

fn word(syllables: RangeInclusive<usize>, dice: &mut Rng) -> String {
    let mut word = String::new();
    for _ in 0..dice.usize(syllables) {
        for parts in [&ONSETS[..], &VOWELS, &CODAS] {
            word.push_str(dice.choice(parts).copied().unwrap_or_default());
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_drawn_about_as_often_as_zipf_says() {
        let (vocabulary, mut dice) = (Vocabulary::new(1), Rng::with_seed(1));
        let first = vocabulary.at(0);
        let text = vocabulary.text(100_000, &mut dice);
        let share = text.split(' ').filter(|word| *word == first).count() as f64 / 100_000.0;
        assert!((0.10..0.13).contains(&share), "{share}");
        assert!(vocabulary.has_prefix(first) && !vocabulary.has_prefix("xylophone"));
    }
}
