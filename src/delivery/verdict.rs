//! What an attempt says of its delivery, and of its receiver.

/// What came back of an attempt.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipt {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The beginning of the answer's body.
    pub body: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after_s: Option<i64>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

/// What an attempt says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// The receiver is up, and does not want this one.
    Rejected,
    /// The receiver wants nothing more, ever.
    Gone,
    /// The receiver is down, overloaded, or not to be reached.
    Outage {
        /// It did answer something.
        answered: bool,
        /// How long it asks to be left alone, in seconds.
        retry_after_s: Option<i64>,
    },
}

impl Receipt {
    /// What it says.
    pub fn verdict(&self) -> Verdict {
        match self.status {
            Some(200..=299) => Verdict::Delivered,
            Some(410) => Verdict::Gone,
            Some(status @ (408 | 425 | 429 | 500..=599)) => {
                let heard = matches!(status, 429 | 503);
                Verdict::Outage { answered: true, retry_after_s: self.retry_after_s.filter(|_| heard) }
            }
            Some(_) => Verdict::Rejected,
            None => Verdict::Outage { answered: false, retry_after_s: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_whether_the_event_or_the_receiver_is_at_fault() {
        let of = |status: u16| Receipt { status: Some(status), retry_after_s: Some(9), ..Receipt::default() }.verdict();
        let outage = |retry_after_s| Verdict::Outage { answered: true, retry_after_s };
        assert_eq!([of(200), of(204), of(299)], [Verdict::Delivered; 3]);
        assert_eq!([of(301), of(400), of(404), of(422)], [Verdict::Rejected; 4]);
        assert_eq!([of(500), of(502), of(408)], [outage(None); 3]);
        assert_eq!([of(429), of(503)], [outage(Some(9)); 2]);
        assert_eq!(of(410), Verdict::Gone);
        assert_eq!(Receipt::default().verdict(), Verdict::Outage { answered: false, retry_after_s: None });
    }
}
