//! Which threads there are, who is in them, when each began, and everything that happens, in order of time.

use crate::desk::demo::data::Agent;
use crate::desk::demo::data::People;
use crate::desk::demo::data::Template;
use crate::desk::demo::data::Voice;
use crate::desk::demo::pace;
use crate::desk::demo::pace::Course;
use crate::desk::demo::pace::Stage;
use crate::desk::demo::pace::What;
use crate::desk::demo::people::Person;
use crate::desk::demo::words::Words;
use crate::types::time::Time;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

const DAY_S: i64 = 24 * 3_600;
/// So many threads.
const THREADS: usize = 1_200;
/// They began in the last four weeks: the change feed, which is kept for 30 days, tells all of it.
pub const SPAN_S: i64 = 28 * DAY_S;
/// Who has left wrote nothing since.
pub const LEFT_S: i64 = 7 * DAY_S;
/// How much of the time to the first response those that wait have used, in per cent: some just came, some are forgotten.
const SHARES: [i64; 10] = [1, 10, 80, 25, 150, 40, 85, 5, 60, 115];

/// A thread to come.
#[derive(Debug)]
pub struct Story<'a> {
    /// How it goes.
    pub template: &'a Template,
    /// Which of the people it is with.
    pub person: usize,
    /// Which of the agents looks after it.
    pub agent: usize,
    /// Its order, amount and dates.
    pub words: Words,
    /// Whether its order is written down as a custom field.
    pub shows_order: bool,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When.
    pub at: Time,
    /// To which story.
    pub story: usize,
    /// What.
    pub what: What,
}

/// Everything that is to happen until `now`.
pub struct Plan<'a> {
    /// The threads.
    pub stories: Vec<Story<'a>>,
    /// What happens to them, in order of time.
    pub steps: Vec<Step>,
}

/// Draws threads.
struct Draw<'a> {
    rng: &'a mut Rng,
    team: &'a People,
    people: &'a [Person],
    now: Time,
    /// How many tickets, and how many other threads, nobody has answered.
    unanswered: BTreeMap<bool, usize>,
}

/// Draws everything that is to happen until `now`.
pub fn plan<'t>(rng: &mut Rng, team: &People, templates: &'t [Template], people: &[Person], now: Time) -> Plan<'t> {
    let mut copies: Vec<(&Template, bool)> = templates.iter().flat_map(copies).collect();
    rng.shuffle(&mut copies);
    copies.truncate(THREADS);
    let mut draw = Draw { rng, team, people, now, unanswered: BTreeMap::new() };
    let mut plan = Plan { stories: Vec::new(), steps: Vec::new() };
    for (template, ticket) in copies {
        let Some((story, begun, course)) = draw.story(template, ticket) else { continue };
        let number = plan.stories.len();
        let steps = course.steps.into_iter().map(|(after, what)| Step { at: begun.plus(after), story: number, what });
        plan.steps.extend(steps.filter(|step| step.at <= now));
        plan.stories.push(story);
    }
    plan.steps.sort_by_key(|step| step.at);
    plan.steps = introduced(&plan.stories, &plan.steps);
    plan
}

/// Short threads are much alike and come often; a long story is told seldom. Three in five that are worth a ticket have one.
fn copies(template: &Template) -> impl Iterator<Item = (&Template, bool)> {
    let count = match template.messages.len() {
        0 | 1 => 3,
        2 => 13,
        3 => 12,
        4 => 10,
        5 => 6,
        6 => 5,
        7 => 4,
        _ => 2,
    };
    (0..count).map(move |copy| (template, template.ticket && copy % 5 < 3))
}

/// The steps, with each contact becoming known right before the first thread with him or her.
fn introduced(stories: &[Story], steps: &[Step]) -> Vec<Step> {
    let mut known = BTreeSet::new();
    let mut all = Vec::with_capacity(steps.len() + 400);
    for step in steps {
        let is_new = stories.get(step.story).is_some_and(|story| known.insert(story.person));
        all.extend(is_new.then_some(Step { what: What::Meet, ..*step }));
        all.push(*step);
    }
    all
}

impl Draw<'_> {
    fn story<'t>(&mut self, template: &'t Template, ticket: bool) -> Option<(Story<'t>, Time, Course)> {
        let stage = self.stage(template, ticket);
        let course = pace::course(self.rng, template, stage, ticket);
        let begun = self.begin(template, stage, course.length);
        let by_day = course.by_day(self.rng, begun);
        let course = if begun.plus(by_day.length) < self.now { by_day } else { course };
        let person = self.person(template)?;
        let agent = self.agent(template, begun.plus(course.length + LEFT_S) < self.now && stage == Stage::Settled)?;
        let first_name = self.team.agents.get(agent).map_or("", Agent::first_name);
        let words = Words::new(self.rng, self.team, self.people.get(person)?, first_name, begun);
        let shows_order = template.holds("{order}") && self.rng.u8(..3) == 0;
        Some((Story { template, person, agent, words, shows_order }, begun, course))
    }

    /// How far the thread has come. Most are settled; of tickets a larger part is at work, for that is what they are for.
    fn stage(&mut self, template: &Template, ticket: bool) -> Stage {
        let praise = template.tags.iter().any(|tag| tag == "feedback");
        let by_agent = template.voice(0) == Some(Voice::Agent);
        let lonely = template.messages.len() == 1 && !praise;
        let (unanswered, ongoing, pending) = if ticket { (9, 12, 17) } else { (2, 4, 8) };
        let chance = self.rng.u8(..100);
        if lonely && by_agent {
            Stage::Pending(1)
        } else if lonely || (chance < unanswered && !by_agent) {
            let count = self.unanswered.entry(ticket).or_default();
            *count += 1;
            Stage::Unanswered(SHARES.get(*count % SHARES.len()).copied().unwrap_or_default())
        } else if chance < unanswered + ongoing {
            shown(template, |voice| voice != Voice::Agent).map_or(Stage::Settled, Stage::Ongoing)
        } else if chance < unanswered + ongoing + pending {
            shown(template, |voice| voice == Voice::Agent).map_or(Stage::Settled, Stage::Pending)
        } else {
            Stage::Settled
        }
    }

    /// When a thread began that is at this stage now, and took so long to come there.
    fn begin(&mut self, template: &Template, stage: Stage, length: i64) -> Time {
        let hour = 3_600;
        match stage {
            Stage::Unanswered(_) => self.now.plus(-length),
            Stage::Ongoing(_) => {
                let age = pace::mostly_less(self.rng, hour / 4, 80 * hour);
                self.now.plus(-length - age)
            }
            Stage::Pending(_) => {
                let age = pace::mostly_less(self.rng, hour / 4, 110 * hour);
                self.now.plus(-length - age)
            }
            Stage::Settled => {
                let time = self.in_working_hours(length);
                let pinned = self.pinned(template, time);
                let span = self.now.plus(-SPAN_S)..=self.now.plus(-length);
                pinned.filter(|pinned| span.contains(pinned)).unwrap_or(time)
            }
        }
    }

    /// The hour of that day of which the texts tell, if they do.
    fn pinned(&mut self, template: &Template, day: Time) -> Option<Time> {
        let midnight = day.unix() / DAY_S * DAY_S;
        Some(Time::from_unix(midnight + template.hour? * 3_600 + self.rng.i64(300..2_400)))
    }

    /// A time at which people write to a help desk, long enough ago.
    fn in_working_hours(&mut self, length: i64) -> Time {
        let latest = (SPAN_S - length).max(1);
        let mut time = self.now.plus(-SPAN_S);
        for _ in 0..20 {
            time = self.now.plus(self.rng.i64(0..latest) - SPAN_S);
            let (hour, day) = (time.unix() / 3_600 % 24, time.unix() / 86_400 % 7);
            // 1970 began on a Thursday.
            let weekend = matches!(day, 2 | 3);
            let busy = match hour {
                8..18 => 100,
                6..8 | 18..22 => 40,
                _ => 10,
            };
            if self.rng.i64(0..100) < if weekend { busy / 3 } else { busy } {
                break;
            }
        }
        time
    }

    /// Somebody who speaks the language, and has a company if one is named.
    fn person(&mut self, template: &Template) -> Option<usize> {
        let with_company = template.holds("{company}");
        let fits =
            |person: &Person| person.language == template.language && (person.company.is_some() || !with_company);
        let fitting = (0_usize..).zip(self.people).filter(|(_, person)| fits(person)).map(|(number, _)| number);
        self.rng.choice(fitting.collect::<Vec<_>>())
    }

    /// Somebody of the right team whom the texts don't name as another. Who has left did only what was settled by then.
    fn agent(&mut self, template: &Template, long_settled: bool) -> Option<usize> {
        let team = team(template);
        let fits = |agent: &Agent| {
            agent.team == team && (long_settled || !agent.has_left()) && !template.holds(agent.first_name())
        };
        let fitting = (0_usize..).zip(&self.team.agents).filter(|(_, agent)| fits(agent)).map(|(number, _)| number);
        self.rng.choice(fitting.collect::<Vec<_>>())
    }
}

/// So many messages that the last one is of a fitting voice, after an agent's first; better not the template's last.
fn shown(template: &Template, fits: impl Fn(Voice) -> bool) -> Option<usize> {
    let first_reply = template.messages.iter().position(|message| message.voice == Voice::Agent)?;
    let count = template.messages.len();
    let mut numbers = (first_reply..count).filter(|number| template.voice(*number).is_some_and(&fits));
    let first = numbers.next()?;
    let middle = numbers.find(|number| number + 1 < count);
    Some(middle.unwrap_or(first) + 1)
}

/// Which team answers: the one that the replies sign for, else the one that knows about it.
fn team(template: &Template) -> &'static str {
    const TECHNICAL: [&str; 7] = ["api", "webhook", "card-reader", "hardware", "domain", "outage", "bug"];
    if template.holds("\nTechnical Support") || template.tags.iter().any(|tag| TECHNICAL.contains(&tag.as_str())) {
        "Technical Support"
    } else if template.inbox == "Billing" && !template.holds("\nLarkfield Customer Care") {
        "Billing Desk"
    } else {
        "Customer Care"
    }
}
