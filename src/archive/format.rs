//! Names the kinds of archives and compressed streams.

/// A kind of archive or compressed stream that [`walk`](super::walk()) opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// A gzip file (RFC 1952): one member or several.
    Gzip,
    /// A zip file, and what is built on it: jar, docx, whl, apk.
    Zip,
    /// A tape archive: v7, ustar, pax, GNU.
    Tar,
    /// Zstandard frames (RFC 8878).
    Zstd,
    /// An xz file.
    Xz,
    /// A bzip2 file.
    Bzip2,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Gzip, Self::Zip, Self::Tar, Self::Zstd, Self::Xz, Self::Bzip2];

    /// Its usual name, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}
