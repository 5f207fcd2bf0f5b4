import BlockAttachmentsStage
import CheckClientStage
import CheckDNSBLStage
import CheckHeloStage
import CheckRecipientStage
import CheckReverseDNSStage
import CheckSPFStage
import GreylistStage
import IndexMailStage
import LimitRateStage
import NotifyStage
import ParseMIMEStage
import PipelineFiles
import ReceiveSMTPStage
import ScoreSpamStage
import StoreAttachmentsStage
import StoreMetadataStage

extension StageCatalog {
    /// The one list of linked stages: a new stage is added here and in `Package.swift`.
    static let linked = StageCatalog([
        BlockAttachments.self,
        CheckClient.self,
        CheckDNSBL.self,
        CheckHelo.self,
        CheckRecipient.self,
        CheckReverseDNS.self,
        CheckSPF.self,
        Greylist.self,
        IndexMail.self,
        LimitRate.self,
        Notify.self,
        ParseMIME.self,
        ReceiveSMTP.self,
        ScoreSpam.self,
        StoreAttachments.self,
        StoreMetadata.self,
    ])
}
