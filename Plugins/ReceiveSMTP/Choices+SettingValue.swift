package import SMTP
package import SMTPServer
import StageKit

extension BareNewlines: SettingValue {}
extension EarlyTalkers: SettingValue {}
extension ServerSession.OptionalCommand: SettingValue {}
