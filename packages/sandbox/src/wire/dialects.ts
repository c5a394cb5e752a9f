import type { Dialect, Traits } from './dialect.js';
import { element, escapeXml, xmlDeclaration } from './xml.js';

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const xmlName = (memberName: string, traits: Traits): string => traits.xmlName ?? memberName;

/** The one trait that smithy's types leave open. */
const ec2QueryName = (traits: Traits): string | undefined => traits.ec2QueryName as string | undefined;

/** EC2's query protocol: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export const ec2Dialect: Dialect = {
  service: 'ec2',
  version: '2016-11-15',
  flatLists: true,
  parameterName: (memberName, traits) => ec2QueryName(traits) ?? capitalised(xmlName(memberName, traits)),
  answer: (action, members, requestId) => {
    const attributes = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';
    return `${xmlDeclaration}<${action}Response ${attributes}>${element('requestId', requestId)}${members}</${action}Response>`;
  },
  error: ({ code, message }, requestId) => {
    const error = element('Error', element('Code', escapeXml(code)) + element('Message', escapeXml(message)));
    return xmlDeclaration + element('Response', element('Errors', error) + element('RequestID', requestId));
  },
};

/** AWS's query protocol for one service: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
const queryDialect = (service: Dialect['service'], version: string, namespace: string): Dialect => ({
  service,
  version,
  flatLists: false,
  parameterName: xmlName,
  answer: (action, members, requestId) => {
    const result = element(`${action}Result`, members);
    const metadata = element('ResponseMetadata', element('RequestId', requestId));
    return `${xmlDeclaration}<${action}Response xmlns="${namespace}">${result}${metadata}</${action}Response>`;
  },
  error: ({ code, message, status }, requestId) => {
    const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
    const error = element(
      'Error',
      type + element('Code', escapeXml(code)) + element('Message', escapeXml(message)),
    );
    return `${xmlDeclaration}<ErrorResponse xmlns="${namespace}">${error}${element('RequestId', requestId)}</ErrorResponse>`;
  },
});

/** The query protocol of STS. */
export const stsDialect = queryDialect('sts', '2011-06-15', 'https://sts.amazonaws.com/doc/2011-06-15/');

/** The query protocol of SNS. */
export const snsDialect = queryDialect('sns', '2010-03-31', 'http://sns.amazonaws.com/doc/2010-03-31/');

/** The query protocol of Auto Scaling. */
export const autoScalingDialect = queryDialect(
  'autoscaling',
  '2011-01-01',
  'http://autoscaling.amazonaws.com/doc/2011-01-01/',
);

/** The query protocol of CloudFormation. */
export const cloudFormationDialect = queryDialect(
  'cloudformation',
  '2010-05-15',
  'http://cloudformation.amazonaws.com/doc/2010-05-15/',
);
