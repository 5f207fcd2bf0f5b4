package import SMTP
import StageKit

extension BareNewlines: SettingValue {}
