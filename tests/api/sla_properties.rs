//! Laws of the SLA clock, for any life of a thread.

use commflow::desk::sla;
use commflow::desk::sla::Clock;
use commflow::desk::sla::Instants;
use commflow::desk::sla::Mark;
use commflow::desk::sla::Sla;
use commflow::desk::sla::SlaStatus;
use commflow::desk::sla::story::StretchState;
use commflow::desk::sla::story::Target;
use commflow::desk::sla::targets::Promise;
use commflow::desk::threads::ConversationStatus;
use commflow::desk::threads::Priority;
use commflow::types::time::Time;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn promise() -> impl Strategy<Value = Promise> {
    (60..200_000_i64, 60..900_000_i64)
        .prop_map(|(first_response_s, resolution_s)| Promise { first_response_s, resolution_s })
}

fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        2 => Just(Mark::Comment),
        2 => Just(Mark::Reply),
        3 => select(ConversationStatus::ALL).prop_map(Mark::Status),
        1 => (select(Priority::ALL), promise()).prop_map(|(priority, promise)| Mark::Priority(priority, promise)),
    ]
}

/// A thread's marks, in order of time. Seconds that targets are near to are likelier than others.
fn marks() -> impl Strategy<Value = Vec<(Time, Mark)>> {
    let hour = 3_600;
    let gap = prop_oneof![
        0..20 * hour,
        (1..200_i64).prop_map(move |hours| hours * hour),
        (1..30_i64, -1..2_i64).prop_map(move |(hours, off)| hours * hour + off),
    ];
    (select(Priority::ALL), vec((gap, mark()), 0..12)).prop_map(|(priority, steps)| {
        let mut at: Time = "2026-01-15T10:00:00Z".parse().unwrap();
        let mut marks = vec![(at, Mark::Created(priority, Promise::own(priority)))];
        for (gap, mark) in steps {
            at = at.plus(gap);
            marks.push((at, mark));
        }
        marks
    })
}

fn end(marks: &[(Time, Mark)]) -> Time {
    marks.last().unwrap().0
}

/// What SQL asks about the columns of a row; see `sla::IS_BREACHED` and its siblings, and the test of lists for the SQL.
fn twin(instants: Instants, now: Time) -> SlaStatus {
    match instants {
        Instants { settled: Some(status), .. } => status,
        Instants { breach_at: Some(breach), .. } if breach < now => SlaStatus::Breached,
        Instants { warning_at: Some(warning), .. } if warning <= now => SlaStatus::Warning,
        _ => SlaStatus::OnTrack,
    }
}

proptest! {
    #[test]
    fn marks_told_again_give_the_same_clock(marks in marks(), cut in 0..12_usize) {
        let mut clock = Clock::unborn();
        for (at, mark) in &marks {
            clock.apply(*mark, *at);
        }
        prop_assert_eq!(sla::replay(&marks), Some(clock.clone()));
        // From any point on, the clock alone is enough: nothing of the past is needed but what it holds.
        let (past, rest) = marks.split_at(cut.min(marks.len() - 1).max(1));
        let mut resumed = sla::replay(past).unwrap();
        rest.iter().for_each(|(at, mark)| resumed.apply(*mark, *at));
        prop_assert_eq!(resumed, clock);
    }

    #[test]
    fn marks_are_read_as_they_were_written(marks in marks()) {
        for (place, (_, mark)) in marks.iter().enumerate() {
            prop_assert_eq!(Mark::parse(&mark.to_string(), place == 0), Some(*mark));
        }
    }

    #[test]
    fn with_time_alone_things_only_get_worse(marks in marks(), waits in vec(0..400_000_i64, 1..8)) {
        let instants = sla::replay(&marks).unwrap().instants();
        let mut now = end(&marks);
        let mut before = instants.status(now);
        for wait in waits {
            now = now.plus(wait);
            let status = instants.status(now);
            prop_assert!(status >= before, "{} became {} at {}", before, status, now);
            before = status;
        }
    }

    #[test]
    fn what_is_settled_no_longer_changes_and_what_is_not_will(marks in marks(), wait in 0..40_000_000_i64) {
        let instants = sla::replay(&marks).unwrap().instants();
        let now = end(&marks).plus(wait);
        match instants.settled {
            Some(status) => prop_assert_eq!(instants.status(now), status),
            None => prop_assert_eq!(instants.status(end(&marks).plus(400 * 86_400)), SlaStatus::Breached),
        }
        prop_assert_eq!(twin(instants, now), instants.status(now));
    }

    #[test]
    fn nothing_is_settled_while_something_runs_and_a_closed_thread_is(marks in marks()) {
        let clock = sla::replay(&marks).unwrap();
        let runs = clock.running_since.is_some() || clock.response_awaited_until().is_some();
        prop_assert_eq!(clock.instants().settled.is_none(), runs);
        prop_assert!(clock.status != ConversationStatus::Closed || !runs);
    }

    #[test]
    fn the_time_used_is_the_time_open_since_the_first_comment(marks in marks(), wait in 0..400_000_i64) {
        let now = end(&marks).plus(wait);
        let (mut open, mut started, mut used) = (true, false, 0);
        let ends = marks.iter().skip(1).map(|(at, _)| *at).chain([now]);
        for ((at, mark), until) in marks.iter().zip(ends) {
            match mark {
                Mark::Status(status) => open = *status == ConversationStatus::Open,
                Mark::Comment => started = true,
                _ => {}
            }
            if open && started {
                used += until.since(*at);
            }
        }
        let story = sla::story::story(&marks, now);
        prop_assert_eq!(story.resolution.used_seconds, used);
    }

    #[test]
    fn a_reply_meets_the_first_response_once_and_for_all(marks in marks(), later in vec((0..90_000_i64, mark()), 0..6)) {
        let mut clock = sla::replay(&marks).unwrap();
        let mut now = end(&marks);
        if clock.responded_at.is_some() {
            let met = (clock.response_due, clock.responded_at);
            for (gap, mark) in later {
                now = now.plus(gap);
                clock.apply(mark, now);
                prop_assert_eq!((clock.response_due, clock.responded_at), met, "after {:?}", mark);
            }
        }
    }

    #[test]
    fn the_story_ends_where_the_clock_stands(marks in marks(), wait in 0..400_000_i64) {
        let now = end(&marks).plus(wait);
        let clock = sla::replay(&marks).unwrap();
        let (story, shown) = (sla::story::story(&marks, now), Sla::of(&clock, now));
        prop_assert_eq!(story.status, shown.status);
        prop_assert_eq!(story.first_response.due, shown.first_response_due);
        prop_assert_eq!(story.resolution.due, shown.resolution_due);
        let missed = story.first_response.missed || story.resolution.missed;
        prop_assert_eq!(missed, shown.status == SlaStatus::Breached);
        let going_on = |target, state| {
            story.stretches.iter().filter(|one| one.target == target && one.state == state && one.to.is_none()).count()
        };
        let runs = |is: bool| usize::from(is);
        prop_assert_eq!(going_on(Target::Resolution, StretchState::Running), runs(clock.running_since.is_some()));
        let awaited = clock.response_awaited_until().is_some();
        prop_assert_eq!(going_on(Target::FirstResponse, StretchState::Running), runs(awaited));
        for stretch in &story.stretches {
            prop_assert!(stretch.from <= now && stretch.to.is_none_or(|to| stretch.from <= to && to <= now), "{:?}", stretch);
        }
        prop_assert!(story.stretches.is_sorted_by_key(|stretch| stretch.from));
    }
}
