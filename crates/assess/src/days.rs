//! Where a control stood on each day of a period.
//!
//! A day is what the assessments of that very day say. Where they differ it is the worse, and a
//! day without one is unknown: what stood yesterday was not looked at today.

use std::collections::BTreeMap;

use annex_isms::assessment::ControlStatus;
use annex_isms::days::{ControlDays, Stretch};
use annex_isms::{ControlId, Date};

/// What the assessments of a day say of each control, by day.
pub type DatedStatuses = BTreeMap<Date, Vec<BTreeMap<ControlId, ControlStatus>>>;

/// The days of a control from the first to the last, which must be no more than a caller wants to
/// count.
pub fn days(dated: &DatedStatuses, control: &ControlId, from: Date, to: Date) -> ControlDays {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut day = from;
    while day <= to {
        let of_day = dated.get(&day);
        let status = of_day.map_or(ControlStatus::Unknown, |all| worst(all, control));
        let assessed = of_day.is_some();
        match stretches.last_mut() {
            Some(last) if last.status == status && last.assessed == assessed => {
                last.to = day;
                last.days += 1;
            }
            _ => stretches.push(Stretch { from: day, to: day, days: 1, status, assessed }),
        }
        let next = day.plus_days(1);
        if next == day {
            break;
        }
        day = next;
    }
    ControlDays { control: control.clone(), stretches }
}

/// A gap wins; what is said by some and not by all is unknown.
fn worst(all: &[BTreeMap<ControlId, ControlStatus>], control: &ControlId) -> ControlStatus {
    let of = |own: &BTreeMap<ControlId, ControlStatus>| own.get(control).copied();
    let mut statuses = all.iter().map(|own| of(own).unwrap_or(ControlStatus::Unknown));
    let Some(first) = statuses.next() else { return ControlStatus::Unknown };
    statuses.fold(first, |worst, next| match (worst, next) {
        (ControlStatus::Gap, _) | (_, ControlStatus::Gap) => ControlStatus::Gap,
        (worst, next) if worst == next => worst,
        _ => ControlStatus::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_is_what_its_own_assessments_say_and_the_worse_of_them() {
        use ControlStatus::{Addressed, Gap, NotAssessed, Unknown};
        let control: ControlId = "A.5.7".parse().expect("a control");
        let said = |all: &[ControlStatus]| {
            all.iter().map(|status| BTreeMap::from([(control.clone(), *status)])).collect()
        };
        let mut dated = DatedStatuses::from([
            (day("2026-03-01"), said(&[Addressed])),
            (day("2026-03-02"), said(&[Addressed, Addressed])),
            (day("2026-03-04"), said(&[Addressed, Gap, Unknown])),
            (day("2026-03-05"), said(&[Addressed, Unknown])),
            (day("2026-03-06"), said(&[NotAssessed])),
            (day("2026-03-07"), said(&[NotAssessed, Addressed])),
            (day("2026-04-01"), said(&[Addressed])),
        ]);
        // An assessment whose body says nothing of the control.
        dated.insert(day("2026-03-08"), vec![BTreeMap::new()]);
        let days = days(&dated, &control, day("2026-03-01"), day("2026-03-09"));
        let stood: Vec<_> =
            days.stretches.iter().map(|own| (own.days, own.status, own.assessed)).collect();
        assert_eq!(
            stood,
            [
                (2, Addressed, true),
                (1, Unknown, false),
                (1, Gap, true),
                (1, Unknown, true),
                (1, NotAssessed, true),
                (2, Unknown, true),
                (1, Unknown, false),
            ]
        );
        assert_eq!(days.days(Addressed), 2);
        assert_eq!(days.days(Unknown), 5);
        assert_eq!(days.stretches.last().map(|own| own.to), Some(day("2026-03-09")));
        let none = super::days(&dated, &control, day("2026-03-02"), day("2026-03-01"));
        assert!(none.stretches.is_empty());
        let end = day("9999-12-31");
        assert_eq!(super::days(&dated, &control, end, end).stretches.len(), 1);
    }
}
