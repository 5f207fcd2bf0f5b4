import BlockAttachmentsStage
import CheckARCStage
import CheckDKIMStage
import CheckDMARCStage
import CheckRecipientStage
import CheckSPFStage
import IndexMailStage
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
        CheckARC.self,
        CheckDKIM.self,
        CheckDMARC.self,
        CheckRecipient.self,
        CheckSPF.self,
        IndexMail.self,
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
