//! `annex answer` and `annex evidence`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use annex_isms::Instant;
use annex_isms::entity::Evidence;
use annex_isms::observation::Period;
use annex_operations::{Command, EvidenceSource, Exit, NewEvidence, OperationError, Query};
use annex_report::Cell;

use crate::args::{AboutEvidence, AnswerArgs, EvidenceArgs, EvidenceCommand, ListArgs, set};
use crate::context::Context;
use crate::output;
use crate::registers::{plain_table, say};
use crate::workplace::Workplace;

pub(crate) async fn answer(context: &Context, args: AnswerArgs) -> Result<Exit, OperationError> {
    let workplace = context.writing_anywhere("answer").await?;
    let exit = answered(context, &workplace, args).await?;
    workplace.close().await?;
    Ok(exit)
}

async fn answered(
    context: &Context,
    workplace: &Workplace,
    args: AnswerArgs,
) -> Result<Exit, OperationError> {
    if let (Some(requirement), Some(by)) = (args.not_applicable, args.by) {
        let command = Command::NotApplicable {
            requirement,
            subject: args.subject,
            justification: args.because,
            by,
        };
        return say(context, &workplace.execute(command).await?);
    }
    let mut values = BTreeMap::new();
    for pair in &args.values {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            OperationError::Input(format!("`{pair}` is not an answer; expected ATTRIBUTE=VALUE"))
        })?;
        if values.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(OperationError::Input(format!("`{name}` is answered twice")));
        }
    }
    if values.is_empty() {
        values = ask(workplace, &args.subject).await?;
        if values.is_empty() {
            context.note("nothing was answered");
            return Ok(Exit::Done);
        }
    }
    let evidence = match &args.evidence {
        None => None,
        Some(text) if text.starts_with("sha256:") => Some(EvidenceSource::Known(
            text.parse().map_err(|error| OperationError::Input(format!("--evidence: {error}")))?,
        )),
        Some(file) => {
            let new = stored(workplace, Path::new(file), &args.about, None).await?;
            Some(EvidenceSource::New(Box::new(new)))
        }
    };
    let command =
        Command::Answer { subject: args.subject, values, evidence, resolves: args.resolve };
    say(context, &workplace.execute(command).await?)
}

/// Asks the open questions of a subject one by one; an empty line passes over one.
async fn ask(
    workplace: &Workplace,
    subject: &str,
) -> Result<BTreeMap<String, String>, OperationError> {
    let subject = workplace.subject(subject).await?;
    let assessment = workplace.assessment(Query::Now).await?;
    let mut open = BTreeMap::new();
    for result in assessment.results.iter().filter(|result| result.subject == subject) {
        for name in result.missing.keys() {
            let spec = workplace.catalogue().attributes.get(&(subject.kind(), name.clone()));
            if let Some(question) = spec.and_then(|spec| Some((spec.ask.clone()?, spec.value_type)))
            {
                open.insert(name.clone(), question);
            }
        }
    }
    if open.is_empty() {
        return Err(OperationError::Input(format!(
            "no question is open that a person could answer about {subject}"
        )));
    }
    if !std::io::stdin().is_terminal() {
        let lines: Vec<String> = open
            .iter()
            .map(|(name, (question, kind))| format!("  {name}=… ({kind})  {question}"))
            .collect();
        return Err(OperationError::Input(format!(
            "give ATTRIBUTE=VALUE, or answer in a terminal; open for {subject} are:\n{}",
            lines.join("\n")
        )));
    }
    let mut answers = BTreeMap::new();
    let failed = |source| OperationError::File {
        operation: "read",
        path: "standard input".to_owned(),
        source,
    };
    for (name, (question, kind)) in open {
        let mut out = std::io::stderr().lock();
        write!(out, "{question}\n  {name} ({kind}), empty to pass over: ")
            .and_then(|()| out.flush())
            .map_err(failed)?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line).map_err(failed)? == 0 {
            break;
        }
        if !line.trim().is_empty() {
            answers.insert(name.to_string(), line.trim().to_owned());
        }
    }
    Ok(answers)
}

pub(crate) async fn evidence(
    context: &Context,
    args: EvidenceArgs,
) -> Result<Exit, OperationError> {
    match args.command {
        EvidenceCommand::Add { file, about, subject } => {
            let workplace = context.writing_anywhere("evidence add").await?;
            let evidence = stored(&workplace, &file, &about, subject).await?;
            let exit = say(context, &workplace.execute(Command::AddEvidence { evidence }).await?)?;
            workplace.close().await?;
            Ok(exit)
        }
        EvidenceCommand::List(args) => list(context, &args).await,
        EvidenceCommand::Show { digest, record } => {
            let workplace = context.reading_anywhere().await?;
            let all = workplace.all_of(Query::Now, |snapshot| snapshot.evidence).await?;
            let found = find(&all, &digest)?;
            if record {
                output::json(found)?;
            } else {
                output::bytes(&workplace.evidence_bytes(found).await?)?;
            }
            Ok(Exit::Done)
        }
    }
}

async fn list(context: &Context, args: &ListArgs) -> Result<Exit, OperationError> {
    let workplace = context.reading_anywhere().await?;
    let query = args.at.map_or(Query::Now, Query::At);
    let all = workplace.all_of(query, |snapshot| snapshot.evidence).await?;
    let columns = [
        ("digest", "Digest"),
        ("kind", "Kind"),
        ("name", "Name"),
        ("subject", "Subject"),
        ("basis", "Basis"),
        ("from", "From"),
        ("to", "To"),
        ("collected_by", "Collected by"),
        ("expires", "Expires"),
        ("controls", "Controls"),
    ];
    let mut table = plain_table("Evidence", "None is on record.", &columns);
    for evidence in &all {
        table.rows.push(vec![
            Cell::text(evidence.digest.to_string()).shown_as(&evidence.digest.to_string()[..19]),
            Cell::text(evidence.kind.as_str()),
            Cell::text(&evidence.name),
            Cell::text(evidence.subject.to_string()),
            Cell::text(evidence.basis.as_str()),
            Cell::text(evidence.period.from.date().to_string()),
            Cell::text(evidence.period.to.date().to_string()),
            Cell::text(&evidence.collected_by),
            Cell::maybe(evidence.expires),
            Cell::list(&evidence.controls),
        ]);
    }
    output::table(&table, &context.global)?;
    Ok(Exit::Done)
}

/// Stores a file's bytes and describes them.
async fn stored(
    workplace: &Workplace,
    file: &Path,
    about: &AboutEvidence,
    subject: Option<String>,
) -> Result<NewEvidence, OperationError> {
    let period = about.period.as_deref().map(period).transpose()?;
    let (digest, bytes) = workplace.store(file).await?;
    Ok(NewEvidence {
        digest,
        bytes,
        name: file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        kind: about.kind,
        description: about.description.clone(),
        period,
        basis: about.basis,
        population: about.population.clone(),
        expires: about.expires,
        controls: set(&about.controls),
        subject,
    })
}

/// `FROM..TO` with dates or instants; a single one is a day or an instant.
fn period(text: &str) -> Result<Period, OperationError> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let failed =
        |error: &dyn std::fmt::Display| OperationError::Input(format!("--period: {error}"));
    let from = match from.parse::<annex_isms::Date>() {
        Ok(day) => day.start(),
        Err(_) => from.parse::<Instant>().map_err(|error| failed(&error))?,
    };
    Ok(Period { from, to: to.parse().map_err(|error| failed(&error))? })
}

fn find<'a>(all: &'a [Evidence], text: &str) -> Result<&'a Evidence, OperationError> {
    let text = if text.starts_with("sha256:") { text.to_owned() } else { format!("sha256:{text}") };
    let matching: Vec<&Evidence> =
        all.iter().filter(|evidence| evidence.digest.to_string().starts_with(&text)).collect();
    match matching.as_slice() {
        [one] => Ok(one),
        [] => Err(OperationError::Input(format!(
            "no evidence `{text}` is on record; `annex evidence list` lists it"
        ))),
        _ => {
            Err(OperationError::Input(format!("`{text}` begins several digests; give more of it")))
        }
    }
}
