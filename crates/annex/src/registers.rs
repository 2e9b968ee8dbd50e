//! The registers: lists of what is on record, and the decisions on it.

use annex_isms::Instant;
use annex_isms::comment::{About, AboutKind};
use annex_isms::entity::Consequence;
use annex_operations::{
    Command, Exit, NonconformityChange, OperationError, Query, Reply, ResidualRisk, RiskJudgement,
};
use annex_report::{Cell, Column, Register, Report, Table};

use crate::args::{
    AssetsArgs, AssetsCommand, GapsArgs, GapsCommand, ListArgs, NonconformitiesArgs,
    NonconformitiesCommand, PeopleArgs, PeopleCommand, RequestsArgs, RequestsCommand, RisksArgs,
    RisksCommand, SoaArgs, SoaCommand, set,
};
use crate::context::Context;
use crate::output;

fn query(at: Option<Instant>) -> Query {
    at.map_or(Query::Now, Query::At)
}

/// Lists a register as it follows from what is on record.
async fn list(
    context: &Context,
    args: &ListArgs,
    register: Register,
) -> Result<Exit, OperationError> {
    let workplace = context.reading_anywhere().await?;
    let assessment = workplace.assessment(query(args.at)).await?;
    let report = Report::new(&assessment, workplace.catalogue());
    output::table(&report.table(register), &context.global)?;
    Ok(Exit::Done)
}

/// Carries out a command and says what was recorded.
pub(crate) async fn record(
    context: &Context,
    what: &str,
    command: Command,
) -> Result<Exit, OperationError> {
    let workplace = context.writing_anywhere(what).await?;
    let exit = say(context, &workplace.execute(command).await?)?;
    workplace.close().await?;
    Ok(exit)
}

pub(crate) fn say(context: &Context, reply: &Reply) -> Result<Exit, OperationError> {
    if context.global.format == crate::args::Format::Json {
        output::json(reply)?;
    } else if let Reply::Recorded { what, entries, ledger_size } = reply {
        let recorded = if *entries == 0 { "already on record" } else { "recorded" };
        output::bytes(format!("{recorded}: {what} (ledger: {ledger_size} entries)\n").as_bytes())?;
    }
    Ok(Exit::Done)
}

pub(crate) async fn systems(context: &Context, args: &ListArgs) -> Result<Exit, OperationError> {
    list(context, args, Register::Systems).await
}

pub(crate) async fn assets(context: &Context, args: AssetsArgs) -> Result<Exit, OperationError> {
    let Some(command) = args.command else {
        return list(context, &args.list, Register::Assets).await;
    };
    let AssetsCommand::Register { assets, all_of, owner, class, out, reason } = command;
    let command = Command::RegisterAsset {
        assets,
        all_of_system: all_of,
        in_scope: !out,
        reason,
        owner,
        classification: class,
    };
    record(context, "assets register", command).await
}

pub(crate) async fn gaps(context: &Context, args: GapsArgs) -> Result<Exit, OperationError> {
    let command = match args.command {
        None => return list(context, &args.list, Register::Gaps).await,
        Some(GapsCommand::Assign { gap, owner, due, plan }) => {
            Command::AssignGap { gap, owner, due, plan }
        }
        Some(GapsCommand::Ready { gap }) => Command::ReadyGap { gap },
        Some(GapsCommand::Close { gap, by, verification }) => {
            Command::CloseGap { gap, by, verification }
        }
        Some(GapsCommand::Comment { gap, text, by }) => {
            let about = About { kind: AboutKind::Gap, key: gap };
            Command::Comment { about, text, by }
        }
    };
    record(context, "gaps", command).await
}

pub(crate) async fn requests(
    context: &Context,
    args: RequestsArgs,
) -> Result<Exit, OperationError> {
    let Some(RequestsCommand::Assign { request, owner, due }) = args.command else {
        return list(context, &args.list, Register::Requests).await;
    };
    record(context, "requests assign", Command::AssignRequest { request, owner, due }).await
}

pub(crate) async fn risks(context: &Context, args: RisksArgs) -> Result<Exit, OperationError> {
    let command = match args.command {
        None => return list(context, &args.list, Register::Risks).await,
        Some(RisksCommand::Review {
            risk,
            by,
            likelihood,
            confidentiality,
            integrity,
            availability,
            treatment,
            plan,
        }) => {
            let consequence = Consequence { confidentiality, integrity, availability };
            let judgement =
                Box::new(RiskJudgement { by, likelihood, consequence, treatment, plan });
            Command::ReviewRisk { risk, judgement }
        }
        Some(RisksCommand::Residual { risk, by, likelihood, consequence, compensating_review }) => {
            let residual = ResidualRisk { likelihood, consequence, by, compensating_review };
            Command::ApproveResidual { risk, residual }
        }
        Some(RisksCommand::Except {
            risk,
            requirement,
            subject,
            reason,
            expires,
            by,
            approved_by,
            compensating_review,
        }) => Command::Except {
            risk,
            requirement,
            subject,
            reason,
            expires,
            by,
            approved_by,
            compensating_review,
        },
    };
    record(context, "risks", command).await
}

pub(crate) async fn soa(context: &Context, args: SoaArgs) -> Result<Exit, OperationError> {
    let command = match args.command {
        None => return list(context, &args.list, Register::Soa).await,
        Some(SoaCommand::Decide { controls, include, exclude: _, reason, by }) => {
            let grounds = std::collections::BTreeSet::new();
            Command::DecideSoa { controls, included: include, grounds, reason, by }
        }
        Some(SoaCommand::Approve { by, compensating_review }) => {
            Command::ApproveSoa { by, compensating_review }
        }
    };
    record(context, "soa", command).await
}

pub(crate) async fn people(context: &Context, args: PeopleArgs) -> Result<Exit, OperationError> {
    if let Some(PeopleCommand::Add { id, name, roles, email }) = args.command {
        let command = Command::AddPerson { id, name, roles: set(&roles), email };
        return record(context, "people add", command).await;
    }
    let workplace = context.reading_anywhere().await?;
    let people = workplace.all_of(query(args.list.at), |snapshot| snapshot.people).await?;
    let columns = [("id", "Person"), ("name", "Name"), ("roles", "Roles")];
    let mut table = plain_table("People", "Nobody is on record.", &columns);
    for person in &people {
        table.rows.push(vec![
            Cell::text(person.id.as_str()),
            Cell::text(&person.name),
            Cell::list(&person.roles),
        ]);
    }
    output::table(&table, &context.global)?;
    Ok(Exit::Done)
}

pub(crate) async fn nonconformities(
    context: &Context,
    args: NonconformitiesArgs,
) -> Result<Exit, OperationError> {
    let command = match args.command {
        Some(NonconformitiesCommand::Raise { control, finding, by }) => {
            Command::RaiseNonconformity { control, finding, by }
        }
        Some(NonconformitiesCommand::Update {
            nonconformity,
            correction,
            cause,
            similar_cases,
            corrective_action,
            effectiveness_review,
            status,
        }) => {
            let change = Box::new(NonconformityChange {
                correction,
                cause,
                similar_cases,
                corrective_action,
                effectiveness_review,
                status,
            });
            Command::UpdateNonconformity { nonconformity, change }
        }
        None => {
            let workplace = context.reading_anywhere().await?;
            let rows =
                workplace.all_of(query(args.list.at), |snapshot| snapshot.nonconformities).await?;
            let columns = [
                ("id", "Nonconformity"),
                ("control", "Control"),
                ("status", "Status"),
                ("raised", "Raised"),
                ("raised_by", "By"),
                ("finding", "Finding"),
                ("cause", "Cause"),
                ("corrective_action", "Corrective action"),
                ("effectiveness_review", "Effectiveness review"),
            ];
            let mut table = plain_table("Nonconformities", "None is on record.", &columns);
            for row in &rows {
                table.rows.push(vec![
                    Cell::text(row.id.as_str()),
                    Cell::text(row.control.to_string()),
                    Cell::text(row.status.as_str()),
                    Cell::text(row.raised.to_string()),
                    Cell::text(row.raised_by.as_str()),
                    Cell::text(&row.finding),
                    Cell::text(&row.cause),
                    Cell::text(&row.corrective_action),
                    Cell::maybe(row.effectiveness_review),
                ]);
            }
            output::table(&table, &context.global)?;
            return Ok(Exit::Done);
        }
    };
    record(context, "nonconformities", command).await
}

/// A table whose columns are all texts.
pub(crate) fn plain_table(
    title: &str,
    empty: &str,
    columns: &[(&'static str, &'static str)],
) -> Table {
    let column = |(key, title): &(&'static str, &'static str)| Column::left(key, title);
    Table::new(title, empty, columns.iter().map(column).collect())
}
