//! Functions and classes that a configuration names and its loader builds or calls.

use crate::pickle::policy::{Judgement, judge, runs_by_name};
use crate::rules;
use crate::scan::{Scan, printable};

/// Frameworks whose own classes configurations build.
const FRAMEWORKS: [&str; 22] = [
    "nemo",
    "torch",
    "torchvision",
    "torchaudio",
    "pytorch_lightning",
    "lightning",
    "omegaconf",
    "transformers",
    "diffusers",
    "keras",
    "tensorflow",
    "sklearn",
    "numpy",
    "megatron",
    "timm",
    "apex",
    "nv_one_logger",
    "lhotse",
    "monai",
    "optuna",
    "xgboost",
    "lightgbm",
];
/// Parts of them that load, fetch or run.
const OUTSIDE: [&str; 11] = [
    "torch.hub",
    "torch.load",
    "torch.jit.load",
    "torch.utils.cpp_extension",
    "torch.serialization",
    "torch.ops",
    "torch.package",
    "numpy.load",
    "numpy.f2py",
    "keras.utils.get_file",
    "transformers.dynamic_module_utils",
];

/// Judges a dotted name that is built or called.
pub(crate) fn check(target: &str, key: &str, scan: &mut Scan<'_>) {
    let target = target.trim().trim_matches(['"', '\'']);
    let (module, name) = target.rsplit_once(['.', ':']).unwrap_or(("builtins", target));
    let shown = printable(target);
    let framework = FRAMEWORKS.contains(&target.split('.').next().unwrap_or_default());
    let outside = OUTSIDE.iter().any(|part| target.starts_with(part));
    let dangerous = if framework {
        outside || runs_by_name(name)
    } else {
        matches!(judge(module, name), Judgement::Dangerous(_) | Judgement::Guarded)
    };
    if dangerous {
        scan.find(&rules::CONFIG_TARGET, None, format!("`{key}` names `{shown}`"));
    } else if !framework && (module == "functools" || judge(module, name) != Judgement::Harmless) {
        // A partial calls what its arguments name.
        scan.find(&rules::CONFIG_TARGET_UNKNOWN, None, format!("`{key}` names `{shown}`"));
    }
}
