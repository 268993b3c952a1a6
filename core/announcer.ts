/** Tells people something. Plain text: it ends in a mail or a chat. */
export interface Announcement {
  /** An approver, who alone gets it. Undefined: whoever follows the deployment, so never with a personal link. */
  readonly to: string | undefined;
  readonly subject: string;
  readonly text: string;
}

/** Carries announcements to people. One that is announced again may arrive twice. */
export interface Announcer {
  announce(announcement: Announcement): Promise<void>;
}
