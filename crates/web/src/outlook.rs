//! The lower half of the overview: who has what to do by when, which evidence expires, the
//! Stage 2 checklist, and how results went from assessment to assessment.

use std::collections::BTreeMap;

use annex_isms::assessment::{Counts, Presence};
use annex_isms::record::AssessmentRecord;
use annex_isms::{Assessment, Date, PersonId, Record};
use annex_operations::ListQuery;
use maud::{Markup, html};

use crate::error::Failure;
use crate::{Site, layout};

/// The most people in the table of work; the rest is one row.
const OWNERS_MAX: usize = 20;
/// Within how many days evidence is said to expire soon, and how many pieces are named.
const SOON_DAYS: u32 = 60;
const EXPIRING_MAX: u64 = 10;
/// The most assessments in the drawing, the newest.
const ASSESSMENTS_MAX: usize = 24;

/// How much is due when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Due {
    overdue: usize,
    week: usize,
    month: usize,
    later: usize,
}

impl Due {
    fn add(&mut self, due: Date, today: Date) {
        let bucket = if due < today {
            &mut self.overdue
        } else if due <= today.plus_days(7) {
            &mut self.week
        } else if due <= today.plus_days(30) {
            &mut self.month
        } else {
            &mut self.later
        };
        *bucket += 1;
    }

    const fn total(&self) -> usize {
        self.overdue + self.week + self.month + self.later
    }

    fn join(&mut self, other: Self) {
        self.overdue += other.overdue;
        self.week += other.week;
        self.month += other.month;
        self.later += other.later;
    }

    fn cells(&self) -> Markup {
        html! {
            td.number { @if self.overdue > 0 { span.overdue { (self.overdue) } } @else { "0" } }
            td.number { (self.week) }
            td.number { (self.month) }
            td.number { (self.later) }
        }
    }
}

/// Gaps and requests of each owner; nobody is an owner too.
pub(crate) type Work = Vec<(Option<PersonId>, Due, Due)>;

/// What is due when, by owner, those with most that is overdue first.
pub(crate) fn work(assessment: &Assessment) -> Work {
    let today = assessment.at.date();
    let mut owners: BTreeMap<Option<&PersonId>, (Due, Due)> = BTreeMap::new();
    for gap in &assessment.gaps {
        let owner = gap.owner.as_ref().filter(|owner| owner.confirmed);
        owners.entry(owner.map(|own| &own.person)).or_default().0.add(gap.due, today);
    }
    for request in &assessment.requests {
        let owner = request.owner.as_ref().filter(|owner| owner.confirmed);
        owners.entry(owner.map(|own| &own.person)).or_default().1.add(request.due, today);
    }
    let mut work: Work = owners
        .into_iter()
        .map(|(owner, (gaps, requests))| (owner.cloned(), gaps, requests))
        .collect();
    work.sort_by_key(|(_, gaps, requests)| {
        let overdue = gaps.overdue + requests.overdue;
        std::cmp::Reverse((overdue, gaps.total() + requests.total()))
    });
    work
}

/// Who has what to do by when.
pub(crate) fn work_section(work: &Work) -> Markup {
    let (shown, rest) = work.split_at(work.len().min(OWNERS_MAX));
    let mut others = (Due::default(), Due::default());
    for (_, gaps, requests) in rest {
        others.0.join(*gaps);
        others.1.join(*requests);
    }
    html! {
        h2 { "Work by owner and day" }
        @if work.is_empty() { p { "There is neither a gap nor a request." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Work by owner and day" { table {
                thead {
                    tr { td {} th scope="colgroup" colspan="4" { a href="/gaps" { "Gaps" } } th scope="colgroup" colspan="4" { a href="/requests" { "Requests" } } }
                    tr {
                        th scope="col" { "Owner" }
                        @for _ in 0..2 { th.number scope="col" { "overdue" } th.number scope="col" { "in 7 days" } th.number scope="col" { "in 30 days" } th.number scope="col" { "later" } }
                    }
                }
                tbody {
                    @for (owner, gaps, requests) in shown { tr {
                        th scope="row" { @match owner { Some(owner) => (owner), None => span.open { "nobody confirmed" } } }
                        (gaps.cells()) (requests.cells())
                    } }
                    @if !rest.is_empty() { tr { th scope="row" { (rest.len()) " others" } (others.0.cells()) (others.1.cells()) } }
                }
            } }
        }
    }
}

/// The evidence that expires soon, or did.
pub(crate) async fn evidence_section(site: &Site, today: Date) -> Result<Markup, Failure> {
    let mut query =
        ListQuery::of("evidence").with("expires_before", today.plus_days(SOON_DAYS).to_string());
    query.sort = Some("expires".to_owned());
    query.limit = EXPIRING_MAX;
    let page = site.operations.list(&query).await?;
    let evidence: Vec<_> = page
        .items
        .into_iter()
        .filter_map(|item| match item.entry?.record {
            Record::Evidence(evidence) => Some(evidence),
            _ => None,
        })
        .collect();
    Ok(html! {
        h2 { "Evidence that expires" }
        @if evidence.is_empty() { p { "None within " (SOON_DAYS) " days. Evidence without a last day ages by what each requirement says." } } @else {
            ul { @for own in &evidence { @if let Some(last) = own.expires { li {
                (own.name) " "
                @if last < today { (layout::chip("bad", "✗", &format!("expired {last}"))) } @else { (layout::chip("open", "!", &format!("until {last}"))) }
            } } } }
            @if page.total > EXPIRING_MAX { p.beside { "and " (page.total - EXPIRING_MAX) " more" } }
        }
    })
}

/// The Stage 2 checklist in a line.
pub(crate) fn stage2_section(assessment: &Assessment) -> Markup {
    let count = |presence: Presence| {
        assessment.stage2.iter().filter(|item| item.presence == presence).count()
    };
    html! {
        h2 { "Stage 2" }
        p {
            "Of " (assessment.stage2.len()) " things that an auditor asks for, "
            (count(Presence::Present)) " are present, " (count(Presence::Stale)) " too old and "
            (count(Presence::Missing)) " missing. " a href="/registers/stage2" { "The checklist" }
        }
    }
}

/// How results went from assessment to assessment.
pub(crate) async fn trend_section(site: &Site) -> Result<Markup, Failure> {
    let mut recorded = site.operations.assessments().await?;
    recorded.truncate(ASSESSMENTS_MAX);
    recorded.reverse();
    let points: Vec<(&AssessmentRecord, Counts)> =
        recorded.iter().filter_map(|record| Some((record, record.counts?))).collect();
    Ok(html! {
        h2 { "Results over assessments" }
        @if points.len() < 2 { p.beside { "It is drawn from the second recorded assessment on." } } @else { (drawing(&points)) }
    })
}

/// Size of the drawing, and the room around it.
const WIDTH: u64 = 640;
const HEIGHT: u64 = 180;
const MARGIN: u64 = 24;

/// A line: how to tell it from the others, its class, and its numbers.
type Line = (&'static str, &'static str, fn(&Counts) -> u64);

const LINES: [Line; 3] = [
    ("met, a full line", "line met", |counts| counts.met),
    ("gap, a dashed line", "line gap", |counts| counts.gap),
    ("unknown, a dotted line", "line unknown", |counts| counts.unknown),
];

fn drawing(points: &[(&AssessmentRecord, Counts)]) -> Markup {
    let most = points.iter().map(|(_, counts)| counts.met.max(counts.gap).max(counts.unknown));
    let most = most.max().unwrap_or(0).max(1);
    let steps = u64::try_from(points.len() - 1).unwrap_or(1).max(1);
    let line = |of: fn(&Counts) -> u64| {
        let places = (0_u64..).zip(points).map(|(place, (_, counts))| {
            let x = MARGIN + place * (WIDTH - 2 * MARGIN) / steps;
            let y = HEIGHT - MARGIN - of(counts) * (HEIGHT - 2 * MARGIN) / most;
            format!("{x},{y}")
        });
        places.collect::<Vec<_>>().join(" ")
    };
    html! {
        figure.trend {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="trend-title" {
                title id="trend-title" { "Results of the last " (points.len()) " recorded assessments. The table below has the same numbers." }
                line.axis x1=(MARGIN) y1=(HEIGHT - MARGIN) x2=(WIDTH - MARGIN) y2=(HEIGHT - MARGIN) {}
                text.step x=(MARGIN) y="14" { "most: " (most) }
                @for (_, class, of) in LINES { polyline class=(class) points=(line(of)) fill="none" {} }
            }
            figcaption { @for (place, (words, ..)) in LINES.iter().enumerate() { @if place > 0 { "; " } (words) } "." }
        }
        details {
            summary { "The same as a table" }
            div.scroll tabindex="0" role="region" aria-label="Results over assessments" { table {
                thead { tr { th scope="col" { "Assessment" } th.number scope="col" { "Met" } th.number scope="col" { "Gap" } th.number scope="col" { "Unknown" } th.number scope="col" { "Not applicable" } } }
                tbody { @for (record, counts) in points { tr {
                    th scope="row" { (record.at.date()) }
                    td.number { (counts.met) } td.number { (counts.gap) } td.number { (counts.unknown) } td.number { (counts.not_applicable) }
                } } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use annex_isms::{Digest, Instant};

    use super::*;

    #[test]
    fn what_is_due_falls_into_one_bucket() {
        let today: Date = "2026-09-01".parse().expect("a day");
        let mut due = Due::default();
        for (days, expected) in [(0, 1), (7, 2), (8, 2), (30, 2), (31, 2)] {
            due.add(today.plus_days(days), today);
            assert_eq!(due.week, expected, "{days}");
        }
        due.add("2026-08-31".parse().expect("a day"), today);
        assert_eq!(due, Due { overdue: 1, week: 2, month: 2, later: 1 });
        assert_eq!(due.total(), 6);
    }

    #[test]
    fn the_drawing_stays_inside_and_has_the_numbers_as_a_table() {
        let record = |day: i64| AssessmentRecord {
            digest: Digest::of(&day.to_be_bytes()),
            at: Instant::from_microseconds(day * 86_400_000_000),
            catalogue: Digest::of(b"catalogue"),
            counts: None,
            controls: BTreeMap::new(),
        };
        let records = [record(20_000), record(20_001), record(20_002)];
        let counts = |met, gap| Counts { met, gap, ..Counts::default() };
        let points = [
            (&records[0], counts(0, 9)),
            (&records[1], counts(4, 5)),
            (&records[2], counts(1_000_000, 0)),
        ];
        let shown = drawing(&points).into_string();
        assert!(
            shown.contains("most: 1000000") && shown.contains("24,156 320,156 616,24"),
            "{shown}"
        );
        assert!(shown.contains("1970") || shown.contains("2024-10-0"), "{shown}");
    }
}
