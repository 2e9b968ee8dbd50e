//! Core ML models: whether they need native code of their own.

use crate::protobuf::{Field, each};
use crate::rules;
use crate::scan::{Scan, Step};
use crate::stream::Stream;

/// A model that is code of the application.
const CUSTOM_MODEL: u64 = 555;
/// Neural networks: as such, as a classifier, as a regressor.
const NETWORKS: [u64; 3] = [500, 403, 303];
/// A layer that is code of the application.
const CUSTOM_LAYER: u64 = 500;

/// Scans a file.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("coreml");
    each(stream, u64::MAX, &mut |stream, field| match field {
        Field::Bytes(CUSTOM_MODEL, _) => {
            scan.find(&rules::CUSTOM_MODEL, stream.offset(), "a custom model");
            Ok(())
        }
        Field::Bytes(number, length) if NETWORKS.contains(&number) => {
            each(stream, length, &mut |stream, field| match field {
                Field::Bytes(1, length) => each(stream, length, &mut |stream, field| {
                    if let Field::Bytes(CUSTOM_LAYER, _) = field {
                        scan.find(&rules::CUSTOM_MODEL, stream.offset(), "a custom layer");
                    }
                    Ok(())
                }),
                _ => Ok(()),
            })
        }
        _ => Ok(()),
    })
}
