import BlockAttachmentsStage
import CheckClientStage
import CheckDNSBLStage
import CheckHeloStage
import CheckARCStage
import CheckDKIMStage
import CheckDMARCStage
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
import SealARCStage
import SignDKIMStage
import StoreAttachmentsStage
import StoreMetadataStage
import WriteAuthenticationResultsStage

extension StageCatalog {
    /// The one list of linked stages: a new stage is added here and in `Package.swift`.
    static let linked = StageCatalog([
        BlockAttachments.self,
        CheckClient.self,
        CheckDNSBL.self,
        CheckHelo.self,
        CheckARC.self,
        CheckDKIM.self,
        CheckDMARC.self,
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
        SealARC.self,
        SignDKIM.self,
        StoreAttachments.self,
        StoreMetadata.self,
        WriteAuthenticationResults.self,
    ])
}
