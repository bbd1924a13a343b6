//! The platforms of the Messenger.

/// Where the Messenger runs. Each platform has an identity verification secret of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Pages.
    Web,
    /// Apps on iOS.
    Ios,
    /// Apps on Android.
    Android,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Web, Self::Ios, Self::Android];

    /// The name as it stands in options and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Ios => "ios",
            Self::Android => "android",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Ios => "iOS",
            Self::Android => "Android",
        }
    }

    /// Whether its SDK refuses a hash with upper-case letters.
    pub const fn is_mobile(self) -> bool {
        matches!(self, Self::Ios | Self::Android)
    }
}
