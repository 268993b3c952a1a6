import { GetObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/** Where an object stands. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/**
 * An object's text, or undefined when the caller cannot have it.
 *
 * A caller that may not list a bucket is told AccessDenied of a key that holds nothing, so the two look the same to it.
 */
export async function readObject(s3: S3Client, { bucket, key }: ObjectAddress): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString('utf-8');
  } catch (error) {
    if (isServiceError(error, 'NoSuchKey') || isServiceError(error, 'AccessDenied')) return undefined;
    throw error;
  }
}

/** Whether S3 answered with an error of this name. Not every name has a class of its own. */
export const isServiceError = (error: unknown, name: string): boolean =>
  error instanceof S3ServiceException && error.name === name;
