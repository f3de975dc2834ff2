//! Parts of a report as tables for spreadsheets: CSV as RFC 4180 has it, with a row of names first.

use crate::choice;
use crate::desk::reports::Figures;
use crate::desk::reports::Overview;
use crate::desk::reports::figures::Speed;

choice! {
    /// Which part of the report.
    Table {
        /// Threads that began and that were closed, day by day.
        ByDay "by_day",
        /// Who did what.
        ByAgent "by_agent",
        /// Which team did what.
        ByTeam "by_team",
        /// Comments by weekday and hour.
        BusiestHours "busiest_hours",
    }
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FIGURES: [&str; 8] = [
    "replies",
    "closed",
    "first_response_median_s",
    "first_response_p90_s",
    "first_response_count",
    "resolution_median_s",
    "resolution_p90_s",
    "resolution_count",
];

/// A part of a report as CSV.
pub fn csv(overview: &Overview, table: Table) -> String {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut rows = Vec::new();
    match table {
        Table::ByDay => {
            rows.push(texts(&["date", "new", "closed", "email", "chat", "form", "api"]));
            rows.extend(overview.by_day.iter().map(|day| {
                let channels = &day.by_channel;
                let numbers = [day.new, day.closed, channels.email, channels.chat, channels.form, channels.api];
                [vec![day.date.clone()], numbers.map(|number| number.to_string()).to_vec()].concat()
            }));
        }
        Table::ByAgent => {
            rows.push([texts(&["user_id", "name"]), texts(&FIGURES)].concat());
            rows.extend(
                overview
                    .by_agent
                    .iter()
                    .map(|one| [vec![one.user.id.to_string(), one.user.name.clone()], figures(&one.figures)].concat()),
            );
        }
        Table::ByTeam => {
            rows.push([texts(&["team_id", "name"]), texts(&FIGURES)].concat());
            rows.extend(
                overview
                    .by_team
                    .iter()
                    .map(|one| [vec![one.team.id.to_string(), one.team.name.clone()], figures(&one.figures)].concat()),
            );
        }
        Table::BusiestHours => {
            let hours = (0..24).map(|hour| format!("{hour:02}:00")).collect();
            rows.push([texts(&["weekday"]), hours].concat());
            rows.extend(
                overview.busiest_hours.iter().zip(WEEKDAYS).map(|(hours, weekday)| {
                    [texts(&[weekday]), hours.iter().map(ToString::to_string).collect()].concat()
                }),
            );
        }
    }
    rows.iter().map(|row| row.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

fn figures(figures: &Figures) -> Vec<String> {
    let speed = |speed: &Speed| {
        let seconds = |seconds: Option<i64>| seconds.map_or_else(String::new, |seconds| seconds.to_string());
        vec![seconds(speed.median_s), seconds(speed.p90_s), speed.count.to_string()]
    };
    let own = vec![figures.replies.to_string(), figures.closed.to_string()];
    [own, speed(&figures.first_response), speed(&figures.resolution)].concat()
}

/// A cell. A spreadsheet would take what begins like a formula for one, and run it: an apostrophe makes it text.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (text, written) in [
            ("Ada", "Ada"),
            ("Ada, the first", "\"Ada, the first\""),
            ("Ada \"Countess\"", "\"Ada \"\"Countess\"\"\""),
            ("one\ntwo", "\"one\ntwo\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
