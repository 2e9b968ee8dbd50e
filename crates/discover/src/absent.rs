//! Files that git tracks and the working tree lacks.

use annex_isms::AssetKind;

use crate::find::data_files;
use crate::git::ABSENT_MAX;
use crate::known::Index;
use crate::reading::Reading;
use crate::walk::{self, Class, Skip, Walked, is_test};

/// Lists what git tracks and the working tree lacks. In a repository that trains models, data is
/// known by its name.
pub(crate) fn list(paths: &[String], index: &Index<'_>, walked: &mut Walked, read: &mut Reading) {
    let trains = read.findings.assets.iter().any(|finding| finding.kind == AssetKind::Dataset)
        || read.manifests.iter().any(|found| {
            found.manifest.dependencies.iter().any(|dependency| {
                let known = index.family(found.kind.ecosystem(), &dependency.name);
                known.is_some_and(|package| package.role == "training")
            })
        });
    for path in paths {
        let class = walk::class(path, path.rsplit('/').next().unwrap_or(path));
        let data = data_files::absent(path).filter(|_| trains && !is_test(path));
        let matters =
            data.is_none() && !is_test(path) && !matches!(class, Class::Ignored | Class::Prose);
        if data.is_some() || matters {
            let reason = "tracked by git and not in the working tree: check it out to have it read";
            walked.skips.push(Skip::new(path.as_str(), reason, matters));
        }
        read.findings.assets.extend(data);
    }
    if paths.len() >= ABSENT_MAX {
        let reason = format!(
            "git tracks more than {ABSENT_MAX} files that are not in the working tree; the others are not named"
        );
        walked.skips.push(Skip::new(".", reason, true));
    }
}
